/** What goes, and what goes with it. */
import type { GraphDocument } from "@/graph/document";
import { withoutEmptyGroups } from "@/graph/edits/groups";
import { withLists } from "@/graph/edits/parts";

/** Return the document without the nodes, their links, and the other links. */
export function remove(
  document: GraphDocument,
  nodes: Iterable<string>,
  links: Iterable<string> = [],
): GraphDocument {
  const goneNodes = new Set(nodes);
  const goneLinks = new Set(links);
  const keptNodes = document.nodes.filter((node) => !goneNodes.has(node.id));
  const keptLinks = document.links.filter(
    (link) =>
      !goneLinks.has(link.id) && !goneNodes.has(link.source_id) && !goneNodes.has(link.sink_id),
  );
  return withoutEmptyGroups(withLists(document, keptNodes, keptLinks), document);
}

export function disconnect(document: GraphDocument, links: Iterable<string>): GraphDocument {
  return remove(document, [], links);
}
