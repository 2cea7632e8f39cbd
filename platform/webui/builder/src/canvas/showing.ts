/** Bringing a node into view. */
import type { Flow } from "@/canvas/inserting";

const READABLE = 0.7;

/** Move the canvas so that the node is in its middle, and near enough to be read. */
export function showNode(flow: Flow, id: string): Promise<boolean> {
  const node = flow.getInternalNode(id);
  if (!node) return Promise.resolve(false);
  const { x, y } = node.internals.positionAbsolute;
  const zoom = Math.max(flow.getZoom(), READABLE);
  return flow.setCenter(x + (node.width ?? 0) / 2, y + (node.height ?? 0) / 2, {
    zoom,
    duration: 160,
  });
}

/** Bring a node into view and give it the focus. */
export function focusNode(flow: Flow, id: string): void {
  void showNode(flow, id).then(() => {
    document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus();
  });
}
