/** Changes of nodes: which there are, where they lie, and what is said of them. */
import { NOTE_BLOCK, type Block } from "@/graph/catalogue";
import {
  findNode,
  type GraphDocument,
  type Json,
  type JsonObject,
  type LinkDocument,
  type NodeDocument,
  type Point,
  type Size,
} from "@/graph/document";
import { addLinks } from "@/graph/edits/links";
import { withMetadata, withNode, withNodes } from "@/graph/edits/parts";
import { newId } from "@/graph/ids";
import { withToolRenewed } from "@/graph/pinnames";

/** Return a node with the block at work at a place. */
export function newNode(
  block: Pick<Block, "id">,
  position: Point,
  values: JsonObject = {},
  id: string = newId(),
): NodeDocument {
  return {
    id,
    block_id: block.id,
    input_default: values,
    metadata: { position: { x: position.x, y: position.y } },
  };
}

/** Return a sticky note. */
export function newNote(position: Point, text = "", id: string = newId()): NodeDocument {
  return newNode({ id: NOTE_BLOCK }, position, { text }, id);
}

/** Return the document with the nodes and the links between nodes that are there. */
export function addNodes(
  document: GraphDocument,
  nodes: readonly NodeDocument[],
  links: readonly LinkDocument[] = [],
): GraphDocument {
  const fresh = nodes.filter((node) => !findNode(document, node.id));
  const grown = fresh.length > 0 ? { ...document, nodes: [...document.nodes, ...fresh] } : document;
  return addLinks(grown, links);
}

export function addNode(document: GraphDocument, node: NodeDocument): GraphDocument {
  return addNodes(document, [node]);
}

/** Return the document with the nodes at new places. */
export function moveNodes(
  document: GraphDocument,
  positions: ReadonlyMap<string, Point>,
): GraphDocument {
  return withNodes(document, positions.keys(), (node) => {
    const { x, y } = positions.get(node.id) ?? node.metadata.position;
    return withMetadata(node, "position", { ...node.metadata.position, x, y });
  });
}

/**
 * Return the document with copies of the nodes and of the links among them, by `ids`: the new id
 * of each old node. Links that come in from other nodes are copied too, so that a copy runs.
 */
export function duplicate(
  document: GraphDocument,
  ids: ReadonlyMap<string, string>,
  offset: Point,
  linkId: () => string = newId,
): GraphDocument {
  const nodes = document.nodes.flatMap((node) => {
    const id = ids.get(node.id);
    return id === undefined ? [] : [copied(node, id, offset)];
  });
  const links = document.links
    .filter((link) => ids.has(link.sink_id))
    .map((link) => ({
      ...link,
      id: linkId(),
      source_id: ids.get(link.source_id) ?? link.source_id,
      sink_id: ids.get(link.sink_id) ?? link.sink_id,
      source_name: withToolRenewed(link.source_name, ids),
    }));
  return addNodes(document, nodes, links);
}

/** Return the document with a name of its author's for the node; without one for blank text. */
export function renameNode(document: GraphDocument, node: string, name: string): GraphDocument {
  const wanted = name.trim() ? name : undefined;
  return withNode(document, node, (one) => withMetadata(one, "customized_name", wanted));
}

/** Return the document with one key of a node's metadata set, or taken away. */
export function setMetadata(
  document: GraphDocument,
  node: string,
  key: string,
  value: Json | undefined,
): GraphDocument {
  return withNode(document, node, (one) => withMetadata(one, key, value));
}

/** Return the document with the nodes left out of runs, or taking part again. */
export function setDisabled(
  document: GraphDocument,
  nodes: Iterable<string>,
  disabled: boolean,
): GraphDocument {
  return withNodes(document, nodes, (node) =>
    withMetadata(node, "disabled", disabled ? true : undefined),
  );
}

/** Return the document with values that stand in for a node's outputs; null takes them away. */
export function pinOutputs(
  document: GraphDocument,
  node: string,
  outputs: Readonly<Record<string, readonly Json[]>> | null,
): GraphDocument {
  const some = outputs && Object.keys(outputs).length > 0 ? outputs : undefined;
  return setMetadata(document, node, "pinned", some);
}

/** Return the document with a node (a note) in another size. */
export function resizeNode(document: GraphDocument, node: string, size: Size): GraphDocument {
  return setMetadata(document, node, "size", { width: size.width, height: size.height });
}

function copied(node: NodeDocument, id: string, offset: Point): NodeDocument {
  const { x, y } = node.metadata.position;
  const position = { ...node.metadata.position, x: x + offset.x, y: y + offset.y };
  return { ...node, id, metadata: { ...node.metadata, position } };
}
