/** Putting what is pasted or imported where it covers nothing, as it lay. */
import { boxesOf, onGrid, sizeOf } from "@/canvas/inserting";
import type { EditorStore } from "@/editor/store";
import { paste, type Clipping, type Pasted } from "@/graph/clipboard";
import type { Point } from "@/graph/document";
import { moveNodes } from "@/graph/edits";
import { around } from "@/layout/align";
import { roomFor } from "@/layout/room";

/** Return the document with the clipping in it: around the point, or the nearest place with room. */
export function pasteAround(store: EditorStore, clipping: Clipping, point: Point): Pasted {
  const { document: before, catalogue } = store.getState();
  const pasted = paste(before, clipping);
  const ours = new Set(pasted.nodes);
  const boxes = pasted.document.nodes
    .filter((node) => ours.has(node.id))
    .map((node) => ({
      id: node.id,
      ...node.metadata.position,
      ...sizeOf(node, pasted.document, catalogue),
    }));
  const { left, right, top, bottom } = around(boxes);
  const size = { width: right - left, height: bottom - top };
  const wanted = onGrid({ x: point.x - size.width / 2, y: point.y - size.height / 2 });
  const place = roomFor(wanted, size, boxesOf(store));
  const moved = boxes.map(
    ({ id, x, y }) => [id, { x: x + place.x - left, y: y + place.y - top }] as const,
  );
  return { ...pasted, document: moveNodes(pasted.document, new Map(moved)) };
}
