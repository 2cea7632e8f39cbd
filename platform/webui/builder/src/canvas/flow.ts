/** The document as React Flow's nodes and edges. What did not change keeps its identity. */
import type { Edge, Node } from "@xyflow/react";
import { geometryOf, handleId, NOTE_SIZE } from "@/canvas/geometry";
import { kindOf, titleOf, type Catalogue } from "@/graph/catalogue";
import {
  isDisabled,
  type GraphDocument,
  type LinkDocument,
  type NodeDocument,
} from "@/graph/document";
import { pinsOf } from "@/graph/pins";

export type FlowNode = Node<Record<string, never>, "block" | "note">;
export type FlowEdge = Edge<{ readonly isStatic: boolean }, "link">;

const NO_DATA: Record<string, never> = {};

interface Made {
  readonly node: NodeDocument;
  readonly shape: unknown;
  readonly selected: boolean;
  readonly flow: FlowNode;
}

// Links shape a node too (its dynamic pins), so the node alone does not say whether it changed.
const made = new WeakMap<NodeDocument, Made>();

/** Return the document's nodes for the canvas. */
export function flowNodes(
  document: GraphDocument,
  catalogue: Catalogue,
  selected: ReadonlySet<string>,
): FlowNode[] {
  return document.nodes.map((node) => flowNode(node, document, catalogue, selected.has(node.id)));
}

function flowNode(
  node: NodeDocument,
  document: GraphDocument,
  catalogue: Catalogue,
  selected: boolean,
): FlowNode {
  const isNote = kindOf(node, catalogue) === "Note";
  const shape = isNote ? null : geometryOf(pinsOf(node, document, catalogue), isFolded(node));
  const known = made.get(node);
  if (known?.shape === shape && known.selected === selected) return known.flow;
  const size = shape ?? node.metadata.size ?? NOTE_SIZE;
  const { width, height } = size;
  const flow: FlowNode = {
    id: node.id,
    type: isNote ? "note" : "block",
    position: node.metadata.position,
    data: NO_DATA,
    selected,
    width,
    height,
    measured: { width, height },
    handles: shape?.handles ?? [],
    ariaLabel: ariaLabel(node, catalogue, isNote),
    zIndex: isNote ? -1 : 0,
  };
  made.set(node, { node, shape, selected, flow });
  return flow;
}

function ariaLabel(node: NodeDocument, catalogue: Catalogue, isNote: boolean): string {
  if (isNote) return "Note";
  const title = titleOf(node, catalogue);
  return isDisabled(node) ? `${title}, disabled` : title;
}

export function isFolded(node: NodeDocument): boolean {
  return node.metadata.folded === true;
}

const edges = new WeakMap<LinkDocument, Map<boolean, FlowEdge>>();

/** Return the document's links for the canvas. */
export function flowEdges(document: GraphDocument, selected: ReadonlySet<string>): FlowEdge[] {
  return document.links.map((link) => flowEdge(link, selected.has(link.id)));
}

function flowEdge(link: LinkDocument, selected: boolean): FlowEdge {
  const known = edges.get(link) ?? new Map<boolean, FlowEdge>();
  const found = known.get(selected);
  if (found) return found;
  const edge: FlowEdge = {
    id: link.id,
    type: "link",
    source: link.source_id,
    sourceHandle: handleId(link.source_name),
    target: link.sink_id,
    targetHandle: handleId(link.sink_name),
    selected,
    data: { isStatic: link.is_static },
  };
  known.set(selected, edge);
  edges.set(link, known);
  return edge;
}
