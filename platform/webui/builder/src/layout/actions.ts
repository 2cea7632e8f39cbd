/** Bringing order into the graph, as steps that can be undone. */
import { sizeOf, type Flow } from "@/canvas/inserting";
import { geometryOf, handleId, HANDLE_SIZE } from "@/canvas/geometry";
import type { EditorStore } from "@/editor/store";
import { NOTE_BLOCK } from "@/graph/catalogue";
import { findNode, type NodeDocument, type Point } from "@/graph/document";
import { moveNodes } from "@/graph/edits";
import { pinsOf } from "@/graph/pins";
import { aligned, distributed, type Box, type Edge } from "@/layout/align";
import { engine, tidied, type TidyNode } from "@/layout/tidy";
import { announce, toast } from "@/ui/messages";

export function alignSelection(store: EditorStore, edge: Edge): void {
  place(store, "Align", aligned(selectedBoxes(store), edge));
  announce(`Aligned at the ${edge}.`);
}

export function distributeSelection(store: EditorStore, axis: "x" | "y"): void {
  place(store, "Space evenly", distributed(selectedBoxes(store), axis));
  announce("Spaced evenly.");
}

/** Lay out what is selected, or everything where fewer than two nodes are. */
export async function tidyUp(store: EditorStore, flow: Flow): Promise<void> {
  const { document, selection } = store.getState();
  const some = selection.nodes.size > 1;
  // Notes stay where their author put them.
  const nodes = document.nodes.filter(
    (node) => node.block_id !== NOTE_BLOCK && (!some || selection.nodes.has(node.id)),
  );
  if (nodes.length < 2) return;
  try {
    const places = await tidied(
      nodes.map((node) => tidyNode(store, node)),
      document.links,
      handleId,
      await engine(),
    );
    place(store, "Tidy up", places);
    announce("Tidied up.");
    if (!some) requestAnimationFrame(() => void flow.fitView({ padding: 0.15, maxZoom: 1 }));
  } catch {
    toast("The graph could not be laid out.", { kind: "error" });
  }
}

function place(store: EditorStore, label: string, places: ReadonlyMap<string, Point>): void {
  store.getState().edit(label, (held) => moveNodes(held, places));
}

function selectedBoxes(store: EditorStore): readonly Box[] {
  const { document, selection } = store.getState();
  return [...selection.nodes].flatMap((id) => {
    const node = findNode(document, id);
    return node ? [boxOf(store, node)] : [];
  });
}

function boxOf(store: EditorStore, node: NodeDocument): Box {
  const { document, catalogue } = store.getState();
  const { x, y } = node.metadata.position;
  return { id: node.id, x, y, ...sizeOf(node, document, catalogue) };
}

function tidyNode(store: EditorStore, node: NodeDocument): TidyNode {
  const { document, catalogue } = store.getState();
  const { handles, width, height } = geometryOf(
    pinsOf(node, document, catalogue),
    node.metadata.folded === true,
  );
  const { x, y } = node.metadata.position;
  return {
    id: node.id,
    x,
    y,
    width,
    height,
    handles: handles
      .filter(({ id }) => !id?.endsWith("+"))
      .map(({ id, type, y }) => ({ id: id ?? "", type, y: y + HANDLE_SIZE / 2 })),
  };
}
