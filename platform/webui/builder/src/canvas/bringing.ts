/** Bringing what was just added into view. */
import type { Flow } from "@/canvas/inserting";
import { isInView } from "@/canvas/useAllInView";

const MARGIN = 24; // pixels left free around it
const DURATION = 160; // ms
/** All of a small graph is shown, rather than its newest part alone, as long as it can be read. */
const READABLE = 0.65;

/** Once the nodes are drawn, move the canvas so that they can be seen; not at all where they can. */
export function bringIntoView(flow: Flow, ...ids: readonly string[]): void {
  requestAnimationFrame(() => {
    const place = document.querySelector(".canvas")?.getBoundingClientRect();
    if (!place || !ids.some((id) => flow.getInternalNode(id))) return;
    const { x, y, zoom } = flow.getViewport();
    const box = flow.getNodesBounds([...ids]);
    const { width, height } = place;
    if (isInView(box, { width, height, transform: [x, y, zoom] })) return;
    const all = flow.getNodesBounds(flow.getNodes());
    const fits = Math.min(width / all.width, height / all.height) * 0.85 >= READABLE;
    if (fits) void flow.fitView({ padding: 0.08, maxZoom: zoom, duration: DURATION });
    else {
      const dx = shift(box.x * zoom + x, box.width * zoom, width);
      const dy = shift(box.y * zoom + y, box.height * zoom, height);
      void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: DURATION });
    }
  });
}

/** Return how far something has to move to lie inside the room; its beginning comes first. */
function shift(start: number, size: number, room: number): number {
  if (start < MARGIN) return MARGIN - start;
  const beyond = start + size + MARGIN - room;
  return beyond > 0 ? -Math.min(beyond, start - MARGIN) : 0;
}
