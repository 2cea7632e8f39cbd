/**
 * Which node of one document is which node of another? Their ids say so, as long as the documents
 * are of one editor. A version that came in as a file has new ids throughout; then nodes are
 * recognised by what they are and where they lie.
 */
import type { GraphDocument, LinkDocument, NodeDocument } from "@/graph/document";
import { withToolRenewed } from "@/graph/pinnames";

/** Return the document with the ids that its nodes have in another one; itself if it has them. */
export function aligned(document: GraphDocument, to: GraphDocument): GraphDocument {
  const ids = counterparts(document, to);
  if (ids.size === 0) return document;
  const links = document.links.map((link): LinkDocument => ({
    ...link,
    source_id: ids.get(link.source_id) ?? link.source_id,
    sink_id: ids.get(link.sink_id) ?? link.sink_id,
    source_name: withToolRenewed(link.source_name, ids),
  }));
  const nodes = document.nodes.map((node) => ({ ...node, id: ids.get(node.id) ?? node.id }));
  return { ...document, nodes, links };
}

/** Return for each node of a document that has another id in the other one: its id there. */
export function counterparts(
  document: GraphDocument,
  other: GraphDocument,
): ReadonlyMap<string, string> {
  const known = new Set(other.nodes.map((node) => node.id));
  const found = new Map<string, string>();
  // One id in common, and the rest are in common too: what lacks is new or removed.
  if (document.nodes.some((node) => known.has(node.id))) return found;
  const taken = new Set<string>();
  for (const likeness of LIKENESSES) {
    const free = new Map<string, string[]>();
    for (const node of other.nodes) {
      const key = taken.has(node.id) ? undefined : likeness(node);
      if (key !== undefined) free.set(key, [...(free.get(key) ?? []), node.id]);
    }
    for (const node of document.nodes) {
      const key = found.has(node.id) ? undefined : likeness(node);
      const match = key === undefined ? undefined : free.get(key)?.shift();
      if (match === undefined) continue;
      found.set(node.id, match);
      taken.add(match);
    }
  }
  return found;
}

/** What makes two nodes the same one, the surest sign first; undefined where a node lacks it. */
const LIKENESSES: readonly ((node: NodeDocument) => string | undefined)[] = [
  (node) => keyOf(node, node.input_default, placeOf(node)),
  (node) => {
    const name = node.metadata.customized_name;
    return name === undefined ? undefined : keyOf(node, name);
  },
  (node) => keyOf(node, placeOf(node)),
  (node) => keyOf(node, node.input_default),
  (node) => keyOf(node),
];

function keyOf(node: NodeDocument, ...rest: readonly unknown[]): string {
  return JSON.stringify([node.block_id, ...rest]);
}

function placeOf({ metadata: { position } }: NodeDocument): readonly number[] {
  return [position.x, position.y];
}
