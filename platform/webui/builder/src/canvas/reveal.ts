/** Bringing a place of the graph into view that somebody goes to from a panel. */
import type { Flow } from "@/canvas/inserting";
import type { Place } from "@/editor/jump";
import type { EditorStore } from "@/editor/store";
import { openSide } from "@/panels/state";

const READABLE = 0.7;
const DURATION = 160; // ms

/** Show the place in the middle of the canvas; a pin also in the inspector. */
export function reveal(flow: Flow, store: EditorStore, place: Place): void {
  const { document } = store.getState();
  const link = document.links.find((one) => one.id === place.link_id);
  const ids = place.node_id === undefined ? [link?.source_id, link?.sink_id] : [place.node_id];
  const middles = ids.flatMap((id) => {
    const node = id === undefined ? undefined : flow.getInternalNode(id);
    if (!node) return [];
    const { x, y } = node.internals.positionAbsolute;
    const { width = 0, height = 0 } = node.measured;
    return [{ x: x + width / 2, y: y + height / 2 }];
  });
  if (middles.length > 0) {
    const x = middles.reduce((sum, one) => sum + one.x, 0) / middles.length;
    const y = middles.reduce((sum, one) => sum + one.y, 0) / middles.length;
    const zoom = Math.max(flow.getZoom(), READABLE);
    void flow.setCenter(x, y, { zoom, duration: DURATION });
  }
  if (place.pin !== undefined) openSide("inspector");
}
