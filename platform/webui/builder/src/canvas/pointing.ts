/** What clicks and the context menu do on the canvas. */
import type { MouseEvent as ReactMouseEvent } from "react";
import type { ContextPlace } from "@/canvas/ContextMenu";
import type { FlowEdge, FlowNode } from "@/canvas/flow";
import type { EditorStore } from "@/editor/store";

/** Return what the canvas is told to do, by where one clicks. */
export function pointingOf(store: EditorStore, setMenu: (place: ContextPlace | null) => void) {
  const close = () => setMenu(null);
  const openOn = (event: ReactMouseEvent | MouseEvent, on: ContextPlace["on"]) => {
    event.preventDefault();
    setMenu({ at: { x: event.clientX, y: event.clientY }, on });
  };
  return {
    onNodeClick: (event: ReactMouseEvent, node: FlowNode) => selectAlone(store, event, node.id),
    onPaneClick: close,
    onMoveStart: close,
    onPaneContextMenu: (event: ReactMouseEvent | MouseEvent) => openOn(event, "pane"),
    onNodeContextMenu: (event: ReactMouseEvent, node: FlowNode) => {
      if (!store.getState().selection.nodes.has(node.id)) store.getState().select([node.id]);
      openOn(event, "node");
    },
    onSelectionContextMenu: (event: ReactMouseEvent) => openOn(event, "node"),
    onEdgeContextMenu: (event: ReactMouseEvent, edge: FlowEdge) => {
      store.getState().select([], [edge.id]);
      openOn(event, "link");
    },
  };
}

/** Of several nodes that are selected, a click means one: the library leaves all of them selected. */
function selectAlone(store: EditorStore, event: ReactMouseEvent, id: string): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const { selection, select } = store.getState();
  if (selection.nodes.size > 1 && selection.nodes.has(id)) select([id]);
}
