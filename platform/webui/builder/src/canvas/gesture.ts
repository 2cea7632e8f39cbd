/** Where nodes are while they are dragged or sized: the document learns it at the end. */
import type { NodeChange } from "@xyflow/react";
import type { FlowNode } from "@/canvas/flow";
import type { EditorStore } from "@/editor/store";
import type { Point, Size } from "@/graph/document";
import { moveNodes, resizeNode } from "@/graph/edits";

export interface Gesture {
  readonly positions: ReadonlyMap<string, Point>;
  readonly sizes: ReadonlyMap<string, Size>;
}

export const NO_GESTURE: Gesture = { positions: new Map(), sizes: new Map() };

/** Return the nodes as the gesture has them now. */
export function withGesture(nodes: FlowNode[], { positions, sizes }: Gesture): FlowNode[] {
  if (positions.size === 0 && sizes.size === 0) return nodes;
  return nodes.map((node) => {
    const position = positions.get(node.id);
    const size = sizes.get(node.id);
    if (!position && !size) return node;
    return {
      ...node,
      ...(position ? { position, dragging: true } : {}),
      ...(size ? { ...size, measured: size } : {}),
    };
  });
}

/** Return the gesture after what the canvas reports of it. */
export function afterChanges(before: Gesture, changes: readonly NodeChange<FlowNode>[]): Gesture {
  const positions = new Map(before.positions);
  const sizes = new Map(before.sizes);
  let changed = false;
  for (const change of changes) {
    if (change.type === "position" && change.position) {
      if (change.dragging) positions.set(change.id, change.position);
      else positions.delete(change.id);
      changed = true;
    }
    if (change.type === "dimensions" && change.resizing !== undefined) {
      if (change.resizing && change.dimensions) sizes.set(change.id, change.dimensions);
      else {
        sizes.delete(change.id);
        positions.delete(change.id);
      }
      changed = true;
    }
  }
  return changed ? { positions, sizes } : before;
}

/** Record where nodes were left, and how large: one step for all of them. */
export function commitGesture(store: EditorStore, changes: readonly NodeChange<FlowNode>[]): void {
  const left = new Map<string, Point>();
  for (const change of changes) {
    if (change.type === "position" && change.dragging === false && change.position)
      left.set(change.id, { x: Math.round(change.position.x), y: Math.round(change.position.y) });
    if (change.type === "dimensions" && change.resizing === false && change.dimensions) {
      const { id, dimensions } = change;
      const size = { width: Math.round(dimensions.width), height: Math.round(dimensions.height) };
      store.getState().edit("Size a note", (held) => resizeNode(held, id, size));
    }
  }
  if (left.size === 0) return;
  const label = left.size === 1 ? "Move a node" : `Move ${left.size} nodes`;
  store.getState().edit(label, (held) => moveNodes(held, left), { merge: "move" });
}
