/** Room for what is added: the nearest place at which it covers nothing. */
import type { Point, Size } from "@/graph/document";

const GAP = 24;
const STEP = 48;
const FARTHEST = 40; // steps; beyond them it goes to the right of everything

export type Place = Point & Size;

/** Return the place, or the nearest one beside it at which a box of the size covers none of others. */
export function roomFor(wanted: Point, size: Size, others: readonly Place[]): Point {
  for (let far = 0; far <= FARTHEST; far += 1) {
    const found = around(far)
      .map(({ x, y }) => ({ x: wanted.x + x * STEP, y: wanted.y + y * STEP }))
      .find((place) => !others.some((other) => isNear({ ...place, ...size }, other)));
    if (found) return found;
  }
  return { x: Math.max(...others.map((one) => one.x + one.width)) + 2 * GAP, y: wanted.y };
}

/** Return the points so many steps away, the nearest first; of those, to the right and below. */
function around(far: number): readonly Point[] {
  const points: Point[] = [];
  for (let x = far; x >= -far; x -= 1)
    for (let y = far; y >= -far; y -= 1)
      if (Math.max(Math.abs(x), Math.abs(y)) === far) points.push({ x, y });
  return points.sort((one, other) => Math.hypot(one.x, one.y) - Math.hypot(other.x, other.y));
}

function isNear(one: Place, other: Place): boolean {
  return (
    one.x < other.x + other.width + GAP &&
    other.x < one.x + one.width + GAP &&
    one.y < other.y + other.height + GAP &&
    other.y < one.y + one.height + GAP
  );
}
