/** Documents with other nodes, links or metadata, in which everything else keeps its identity. */
import {
  nodesById,
  type GraphDocument,
  type Json,
  type LinkDocument,
  type NodeDocument,
  type NodeMetadata,
} from "@/graph/document";
import { withKey, without } from "@/graph/json";

export function withMetadata(
  node: NodeDocument,
  key: string,
  value: Json | undefined,
): NodeDocument {
  const metadata: NodeMetadata =
    value === undefined ? without(node.metadata, key) : withKey(node.metadata, key, value);
  return metadata === node.metadata ? node : { ...node, metadata };
}

export function withNode(
  document: GraphDocument,
  id: string,
  change: (node: NodeDocument) => NodeDocument,
): GraphDocument {
  return withNodes(document, [id], change);
}

export function withNodes(
  document: GraphDocument,
  ids: Iterable<string>,
  change: (node: NodeDocument) => NodeDocument,
): GraphDocument {
  const known = nodesById(document);
  const wanted = new Set(Array.from(ids).filter((id) => known.has(id)));
  if (wanted.size === 0) return document;
  const nodes = document.nodes.map((node) => (wanted.has(node.id) ? change(node) : node));
  return withLists(document, nodes, document.links);
}

/** Return the document with other lists; each stays the same object where no item changed. */
export function withLists(
  document: GraphDocument,
  nodes: readonly NodeDocument[],
  links: readonly LinkDocument[],
): GraphDocument {
  const sameNodes = isSame(document.nodes, nodes);
  const sameLinks = isSame(document.links, links);
  if (sameNodes && sameLinks) return document;
  return {
    ...document,
    nodes: sameNodes ? document.nodes : nodes,
    links: sameLinks ? document.links : links,
  };
}

export function isSame<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
