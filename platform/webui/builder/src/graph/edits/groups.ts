/** Changes of groups: frames around nodes, which each say in which group they are. */
import { findNode, type GraphDocument, type GroupDocument } from "@/graph/document";
import { isSame, withMetadata, withNodes } from "@/graph/edits/parts";
import { jsonEqual, without } from "@/graph/json";

export function groupsOf(document: GraphDocument): readonly GroupDocument[] {
  return document.groups ?? [];
}

/** Return the document with the nodes in a new group; each leaves the group that it was in. */
export function group(
  document: GraphDocument,
  nodes: Iterable<string>,
  made: GroupDocument,
): GraphDocument {
  const members = [...nodes].filter((id) => findNode(document, id));
  if (members.length === 0 || groupsOf(document).some((one) => one.id === made.id)) return document;
  const grown = { ...document, groups: [...groupsOf(document), made] };
  return putIntoGroup(grown, members, made.id);
}

/** Return the document with the nodes in the group; in none for null. */
export function putIntoGroup(
  document: GraphDocument,
  nodes: Iterable<string>,
  target: string | null,
): GraphDocument {
  if (target !== null && !groupsOf(document).some((one) => one.id === target)) return document;
  const moved = withNodes(document, nodes, (node) =>
    withMetadata(node, "group", target ?? undefined),
  );
  return withoutEmptyGroups(moved, document);
}

/** Return the document without the group; its nodes stay. */
export function ungroup(document: GraphDocument, target: string): GraphDocument {
  const members = document.nodes.filter((node) => node.metadata.group === target);
  const freed = withNodes(
    document,
    members.map((node) => node.id),
    (node) => withMetadata(node, "group", undefined),
  );
  return withGroups(
    freed,
    groupsOf(freed).filter((one) => one.id !== target),
  );
}

/** Return the document with another title or colour of the group. */
export function changeGroup(
  document: GraphDocument,
  target: string,
  change: Partial<Pick<GroupDocument, "title" | "color">>,
): GraphDocument {
  const groups = groupsOf(document).map((one) => {
    const changed = { ...one, ...change };
    return one.id === target && !jsonEqual(one, changed) ? changed : one;
  });
  return groups.some((one, index) => one !== groupsOf(document)[index])
    ? { ...document, groups }
    : document;
}

/** Return the document without the groups that lost their last member since `before`. */
export function withoutEmptyGroups(document: GraphDocument, before: GraphDocument): GraphDocument {
  if (document === before || groupsOf(document).length === 0) return document;
  const used = new Set(document.nodes.map((node) => node.metadata.group));
  return withGroups(
    document,
    groupsOf(document).filter((one) => used.has(one.id)),
  );
}

function withGroups(document: GraphDocument, groups: readonly GroupDocument[]): GraphDocument {
  if (isSame(groupsOf(document), groups)) return document;
  return groups.length > 0 ? { ...document, groups } : without(document, "groups");
}
