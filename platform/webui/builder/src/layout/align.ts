/** Lining up nodes and spacing them out: boxes in, places out. */
import type { Point } from "@/graph/document";

export interface Box extends Point {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export type Edge = "left" | "center" | "right" | "top" | "middle" | "bottom";

/** Return the places at which the boxes line up at an edge of all of them together. */
export function aligned(boxes: readonly Box[], edge: Edge): ReadonlyMap<string, Point> {
  const { left, right, top, bottom } = around(boxes);
  return new Map(
    boxes.map(({ id, x, y, width, height }) => {
      switch (edge) {
        case "left":
          return [id, { x: left, y }];
        case "center":
          return [id, { x: Math.round((left + right - width) / 2), y }];
        case "right":
          return [id, { x: right - width, y }];
        case "top":
          return [id, { x, y: top }];
        case "middle":
          return [id, { x, y: Math.round((top + bottom - height) / 2) }];
        case "bottom":
          return [id, { x, y: bottom - height }];
      }
    }),
  );
}

/** Return the places at which the gaps between the boxes are the same; the outermost ones stay. */
export function distributed(boxes: readonly Box[], axis: "x" | "y"): ReadonlyMap<string, Point> {
  const size = axis === "x" ? "width" : "height";
  const sorted = [...boxes].sort((one, other) => one[axis] - other[axis]);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last || sorted.length < 3)
    return new Map(boxes.map(({ id, x, y }) => [id, { x, y }]));
  const filled = sorted.reduce((sum, box) => sum + box[size], 0);
  const gap = (last[axis] + last[size] - first[axis] - filled) / (sorted.length - 1);
  let next = first[axis];
  return new Map(
    sorted.map((box) => {
      const place = { x: box.x, y: box.y, [axis]: Math.round(next) };
      next += box[size] + gap;
      return [box.id, place];
    }),
  );
}

/** Return the edges of the smallest box that holds all. */
export function around(boxes: readonly Box[]): {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
} {
  return {
    left: Math.min(...boxes.map((box) => box.x)),
    right: Math.max(...boxes.map((box) => box.x + box.width)),
    top: Math.min(...boxes.map((box) => box.y)),
    bottom: Math.max(...boxes.map((box) => box.y + box.height)),
  };
}
