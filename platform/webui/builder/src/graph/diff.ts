/** What is different between two documents: nodes, links and fields. */
import { AGENT_BLOCK } from "@/graph/catalogue";
import { aligned } from "@/graph/counterparts";
import {
  linkKey,
  nodesById,
  type GraphDocument,
  type Json,
  type JsonObject,
  type LinkDocument,
  type NodeDocument,
} from "@/graph/document";
import { isObject, jsonEqual } from "@/graph/json";

export type ChangeKind = "added" | "removed" | "changed" | "moved";

export interface FieldChange {
  /** Where: `["input_default", "text"]`, `["metadata", "customized_name"]`, `["name"]`. */
  readonly path: readonly string[];
  /** Undefined where there was or is nothing. */
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

export interface NodeChange {
  readonly id: string;
  /** `moved`: nothing but its place or size is different. */
  readonly kind: ChangeKind;
  readonly before: NodeDocument | undefined;
  readonly after: NodeDocument | undefined;
  /** Of a node that changed. */
  readonly fields: readonly FieldChange[];
}

export interface LinkChange {
  readonly kind: "added" | "removed";
  readonly link: LinkDocument;
}

export interface GraphDiff {
  readonly nodes: readonly NodeChange[];
  readonly links: readonly LinkChange[];
  /** Of the agent itself: its name, its description, its groups. */
  readonly fields: readonly FieldChange[];
}

/** Return what is different. Nodes that lost their ids on the way are recognised. */
export function diffOf(before: GraphDocument, after: GraphDocument): GraphDiff {
  const old = aligned(before, after);
  return {
    nodes: [...nodeChanges(old, after)],
    links: [...linkChanges(old, after)],
    fields: fieldChanges(old, after, OF_THE_GRAPH),
  };
}

export function isEmpty({ nodes, links, fields }: GraphDiff): boolean {
  return nodes.length + links.length + fields.length === 0;
}

/** Return whether nothing that an editor decides is different. */
export function isSameGraph(one: GraphDocument, other: GraphDocument): boolean {
  return one === other || isEmpty(diffOf(one, other));
}

export interface Comparison {
  /** The later document with what was removed from the earlier one still in it. */
  readonly document: GraphDocument;
  readonly nodes: ReadonlyMap<string, ChangeKind>;
  readonly links: ReadonlyMap<string, ChangeKind>;
}

/** Return both documents in one, with what happened to each node and link, for the canvas. */
export function comparisonOf(before: GraphDocument, after: GraphDocument): Comparison {
  const diff = diffOf(before, after);
  const goneNodes = diff.nodes.flatMap(({ kind, before: node }) =>
    kind === "removed" && node ? [node] : [],
  );
  // A link that was removed may have the id of one that is there; here it needs one of its own.
  const gone = diff.links
    .filter(({ kind }) => kind === "removed")
    .map(({ link }) => ({ ...link, id: `removed ${linkKey(link)}` }));
  const added = diff.links.filter(({ kind }) => kind === "added").map(({ link }) => link);
  return {
    document: {
      ...after,
      nodes: [...after.nodes, ...goneNodes],
      links: [...after.links, ...gone],
    },
    nodes: new Map(diff.nodes.map(({ id, kind }) => [id, kind])),
    links: new Map([
      ...added.map((link) => [link.id, "added"] as const),
      ...gone.map((link) => [link.id, "removed"] as const),
    ]),
  };
}

/** Keys with a change of their own, or none. */
const OF_THE_GRAPH: ReadonlySet<string> = new Set(["id", "nodes", "links"]);
const OF_THE_PLACE: ReadonlySet<string> = new Set(["position", "size"]);
/** Who the owner is, is no decision of an editor: the server fills it in. */
const OF_THE_OWNER: ReadonlySet<string> = new Set(["user_id"]);
const NONE: ReadonlySet<string> = new Set();

function* nodeChanges(before: GraphDocument, after: GraphDocument): Iterable<NodeChange> {
  const old = nodesById(before);
  const present = nodesById(after);
  for (const node of after.nodes) {
    const earlier = old.get(node.id);
    const known = { id: node.id, before: earlier, after: node };
    if (!earlier) yield { ...known, kind: "added", fields: [] };
    else if (earlier !== node) {
      const fields = nodeFields(earlier, node);
      if (fields.length > 0) yield { ...known, kind: "changed", fields };
      else if (hasMoved(earlier, node)) yield { ...known, kind: "moved", fields };
    }
  }
  for (const node of before.nodes)
    if (!present.has(node.id))
      yield { id: node.id, kind: "removed", before: node, after: undefined, fields: [] };
}

function nodeFields(before: NodeDocument, after: NodeDocument): readonly FieldChange[] {
  const isAgent = after.block_id === AGENT_BLOCK;
  const own = fieldChanges(before, after, new Set(["id", "input_default", "metadata"]));
  const [old, now] = [before.input_default, after.input_default];
  const skipped = new Set([...(isAgent ? OF_THE_OWNER : NONE), ...(isAgent ? ["inputs"] : [])]);
  return [
    ...own,
    ...within("input_default", fieldChanges(old, now, skipped)),
    ...(isAgent
      ? within("input_default", within("inputs", objectChanges(old.inputs, now.inputs)))
      : []),
    ...within("metadata", fieldChanges(before.metadata, after.metadata, OF_THE_PLACE)),
  ];
}

function hasMoved(before: NodeDocument, after: NodeDocument): boolean {
  return [...OF_THE_PLACE].some((key) => !jsonEqual(before.metadata[key], after.metadata[key]));
}

function objectChanges(before: Json | undefined, after: Json | undefined): readonly FieldChange[] {
  return fieldChanges(isObject(before) ? before : {}, isObject(after) ? after : {}, NONE);
}

function fieldChanges(
  before: JsonObject,
  after: JsonObject,
  skipped: ReadonlySet<string>,
): readonly FieldChange[] {
  if (before === after) return [];
  const names = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...names]
    .filter((name) => !skipped.has(name) && !jsonEqual(before[name], after[name]))
    .map((name) => ({ path: [name], before: before[name], after: after[name] }));
}

function within(name: string, changes: readonly FieldChange[]): readonly FieldChange[] {
  return changes.map((change) => ({ ...change, path: [name, ...change.path] }));
}

function* linkChanges(before: GraphDocument, after: GraphDocument): Iterable<LinkChange> {
  if (before.links === after.links) return;
  const old = new Set(before.links.map(linkKey));
  const present = new Set(after.links.map(linkKey));
  for (const link of after.links) if (!old.has(linkKey(link))) yield { kind: "added", link };
  for (const link of before.links) if (!present.has(linkKey(link))) yield { kind: "removed", link };
}
