/**
 * One document of two that began as one.
 *
 * Whatever only one side changed is taken over: whole nodes, single fields of a node, links. Where
 * both changed the same field otherwise, or one removed what the other changed, people choose per
 * node. Where a node lies is never a question: mine.
 */
import { aligned } from "@/graph/counterparts";
import { diffOf, type ChangeKind, type NodeChange } from "@/graph/diff";
import {
  linkKey,
  nodesById,
  type GraphDocument,
  type Json,
  type JsonObject,
  type LinkDocument,
  type NodeDocument,
} from "@/graph/document";
import { isArray, isObject, jsonEqual } from "@/graph/json";

export type Side = "mine" | "theirs";

/** Stands for the agent itself among the ids of nodes: its name, its description. */
export const AGENT_ITSELF = "";

export interface FieldConflict {
  readonly path: readonly string[];
  readonly base: Json | undefined;
  readonly mine: Json | undefined;
  readonly theirs: Json | undefined;
}

/** What happened to one node, or to the agent itself, on each side; null for nothing. */
export interface NodeMerge {
  readonly id: string;
  readonly mine: ChangeKind | null;
  readonly theirs: ChangeKind | null;
  /** The node as each side has it, and as it was; undefined where it is not there. */
  readonly versions: Readonly<Record<Side | "base", NodeDocument | undefined>>;
  /** Whether people have to choose. */
  readonly isConflict: boolean;
  /** The fields that both changed otherwise; none where one side removed the node. */
  readonly fields: readonly FieldConflict[];
}

export interface Merge {
  readonly document: GraphDocument;
  /** Every node that either side changed; those to choose on first. */
  readonly nodes: readonly NodeMerge[];
  /** How many links each side added and removed. */
  readonly links: Readonly<Record<Side, { readonly added: number; readonly removed: number }>>;
}

/** Return both sides' changes in one document. What nobody chose on is mine. */
export function merge(
  base: GraphDocument,
  mine: GraphDocument,
  theirs: GraphDocument,
  choices: ReadonlyMap<string, Side> = new Map(),
): Merge {
  const sides = { base, mine: aligned(mine, base), theirs: aligned(theirs, base) };
  const changes = {
    mine: diffOf(base, sides.mine),
    theirs: diffOf(base, sides.theirs),
  };
  const side = (id: string): Side => choices.get(id) ?? "mine";
  const nodes = mergedNodes(sides, side);
  const itself = mergedGraph(sides, nodes, side(AGENT_ITSELF));
  const merged: GraphDocument = { ...itself.value, nodes, links: mergedLinks(sides, nodes) };
  const count = (one: Side) => ({
    added: changes[one].links.filter(({ kind }) => kind === "added").length,
    removed: changes[one].links.filter(({ kind }) => kind === "removed").length,
  });
  return {
    document: unmerged(base, mine, theirs) ?? merged,
    nodes: told(sides, changes, itself.conflicts),
    links: { mine: count("mine"), theirs: count("theirs") },
  };
}

/**
 * Return the side that holds all changes, as it is: what was recognised by its looks alone would
 * get another id for nothing. Null where both sides changed something.
 */
function unmerged(
  base: GraphDocument,
  mine: GraphDocument,
  theirs: GraphDocument,
): GraphDocument | null {
  if (jsonEqual(base, theirs) || jsonEqual(mine, theirs)) return mine;
  return jsonEqual(base, mine) ? theirs : null;
}

type Sides = Readonly<Record<Side | "base", GraphDocument>>;

interface Merged<T> {
  readonly value: T;
  readonly conflicts: readonly FieldConflict[];
}

function mergedNodes(sides: Sides, side: (id: string) => Side): readonly NodeDocument[] {
  const mine = nodesById(sides.mine);
  const theirs = nodesById(sides.theirs);
  const base = nodesById(sides.base);
  const ids = new Set([...theirs.keys(), ...mine.keys()]);
  return [...ids].flatMap((id) => {
    const [was, my, their] = [base.get(id), mine.get(id), theirs.get(id)];
    if (my && their) return [mergedNode(was, my, their, side(id)).value];
    const left = my ?? their;
    if (!left) return [];
    if (!was) return [left]; // added by one side
    const isChanged = nodeChange(was, left) === "changed";
    const wanted = isChanged && side(id) === (my ? "mine" : "theirs");
    return wanted ? [left] : []; // removed by the other side
  });
}

function mergedNode(
  base: NodeDocument | undefined,
  mine: NodeDocument,
  theirs: NodeDocument,
  side: Side,
): Merged<NodeDocument> {
  if (mine === theirs || base === theirs) return { value: mine, conflicts: [] };
  if (base === mine) return { value: theirs, conflicts: [] };
  const merged = mergedObject(base ?? {}, mine, theirs, side, []);
  return merged as Merged<NodeDocument>;
}

/** Objects whose keys are merged one by one; any other value is one thing. */
const TAKEN_APART: ReadonlySet<string> = new Set([
  "input_default",
  "input_default.inputs",
  "metadata",
  "metadata.pinned",
]);
/** Where a node lies is not worth a question. */
const NEVER_ASKED: ReadonlySet<string> = new Set([
  "metadata.position",
  "metadata.size",
  "input_default.user_id",
]);

function mergedObject(
  base: JsonObject,
  mine: JsonObject,
  theirs: JsonObject,
  side: Side,
  path: readonly string[],
  skipped: ReadonlySet<string> = new Set(),
): Merged<JsonObject> {
  const conflicts: FieldConflict[] = [];
  const value: Record<string, Json | undefined> = {};
  const names = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
  for (const name of names) {
    if (skipped.has(name)) continue;
    const [was, my, their] = [base[name], mine[name], theirs[name]];
    const here = [...path, name];
    const place = here.join(".");
    let kept: Json | undefined;
    if (jsonEqual(my, their) || jsonEqual(was, their)) kept = my;
    else if (jsonEqual(was, my)) kept = their;
    else if (TAKEN_APART.has(place) && isObject(my) && isObject(their)) {
      const inside = mergedObject(isObject(was) ? was : {}, my, their, side, here);
      conflicts.push(...inside.conflicts);
      kept = inside.value;
    } else if (NEVER_ASKED.has(place)) kept = my ?? their;
    else {
      conflicts.push({ path: here, base: was, mine: my, theirs: their });
      kept = side === "mine" ? my : their;
    }
    if (kept !== undefined) value[name] = kept;
  }
  return { value, conflicts };
}

/** Return everything of the graph but its nodes and links. */
function mergedGraph(
  { base, mine, theirs }: Sides,
  nodes: readonly NodeDocument[],
  side: Side,
): Merged<GraphDocument> {
  const skipped = new Set(["id", "nodes", "links", "groups"]);
  const rest = mergedObject(base, mine, theirs, side, [], skipped);
  const used = new Set(nodes.map((node) => node.metadata.group));
  const groups = mergedGroups(base.groups, mine.groups, theirs.groups).filter((group) =>
    used.has(group.id as string),
  );
  const value = { id: mine.id, ...rest.value, ...(groups.length > 0 ? { groups } : {}) };
  return { value: value as GraphDocument, conflicts: rest.conflicts };
}

/** Groups are merged by id; what both changed is mine. */
function mergedGroups(
  base: Json | undefined,
  mine: Json | undefined,
  theirs: Json | undefined,
): readonly JsonObject[] {
  const [was, my, their] = [byId(base), byId(mine), byId(theirs)];
  return [...new Set([...their.keys(), ...my.keys()])].flatMap((id) => {
    const [before, one, other] = [was.get(id), my.get(id), their.get(id)];
    if (one && other) return [mergedObject(before ?? {}, one, other, "mine", []).value];
    const left = one ?? other;
    return left && (!before || !jsonEqual(before, left)) ? [left] : [];
  });
}

function byId(groups: Json | undefined): ReadonlyMap<string, JsonObject> {
  const list = isArray(groups) ? groups.filter(isObject) : [];
  return new Map(list.map((group) => [group.id as string, group]));
}

function mergedLinks(sides: Sides, nodes: readonly NodeDocument[]): readonly LinkDocument[] {
  const there = new Set(nodes.map((node) => node.id));
  const inBase = new Set(sides.base.links.map(linkKey));
  const mine = new Map(sides.mine.links.map((link) => [linkKey(link), link]));
  const theirs = new Map(sides.theirs.links.map((link) => [linkKey(link), link]));
  const ids = new Set<string>();
  return [...new Set([...theirs.keys(), ...mine.keys()])].flatMap((key) => {
    const [my, their] = [mine.get(key), theirs.get(key)];
    const link = my ?? their;
    if (!link || !there.has(link.source_id) || !there.has(link.sink_id)) return [];
    const other = my ? sides.theirs : sides.mine;
    if (!(my && their) && inBase.has(key) && hasBothEnds(other, link)) return []; // unlinked there
    if (ids.has(link.id)) return [{ ...link, id: `${link.id}+` }];
    ids.add(link.id);
    return [link];
  });
}

/** A link that went with its node was not unlinked: if the node stays, so does the link. */
function hasBothEnds(document: GraphDocument, link: LinkDocument): boolean {
  const nodes = nodesById(document);
  return nodes.has(link.source_id) && nodes.has(link.sink_id);
}

function told(
  sides: Sides,
  changes: Readonly<Record<Side, ReturnType<typeof diffOf>>>,
  ofTheAgent: readonly FieldConflict[],
): readonly NodeMerge[] {
  const mine = new Map(changes.mine.nodes.map((change) => [change.id, change]));
  const theirs = new Map(changes.theirs.nodes.map((change) => [change.id, change]));
  const nodes = [...new Set([...mine.keys(), ...theirs.keys()])].map((id) =>
    nodeMerge(id, sides, mine.get(id), theirs.get(id)),
  );
  const [my, their] = [changes.mine.fields.length > 0, changes.theirs.fields.length > 0];
  const itself: NodeMerge = {
    id: AGENT_ITSELF,
    mine: my ? "changed" : null,
    theirs: their ? "changed" : null,
    versions: { base: undefined, mine: undefined, theirs: undefined },
    isConflict: ofTheAgent.length > 0,
    fields: ofTheAgent,
  };
  const all = my || their ? [itself, ...nodes] : nodes;
  return [...all.filter((one) => one.isConflict), ...all.filter((one) => !one.isConflict)];
}

function nodeMerge(
  id: string,
  sides: Sides,
  mine: NodeChange | undefined,
  theirs: NodeChange | undefined,
): NodeMerge {
  const versions = {
    base: nodesById(sides.base).get(id),
    mine: nodesById(sides.mine).get(id),
    theirs: nodesById(sides.theirs).get(id),
  };
  const fields =
    versions.mine && versions.theirs && mine && theirs
      ? mergedNode(versions.base, versions.mine, versions.theirs, "mine").conflicts
      : [];
  const [my, their] = [mine?.kind ?? null, theirs?.kind ?? null];
  const isLost =
    (my === "removed" && their === "changed") || (my === "changed" && their === "removed");
  return {
    id,
    mine: my,
    theirs: their,
    versions,
    isConflict: fields.length > 0 || isLost,
    fields,
  };
}

function nodeChange(before: NodeDocument, after: NodeDocument): ChangeKind | undefined {
  const alone = (node: NodeDocument): GraphDocument => ({
    id: "",
    name: "",
    description: "",
    nodes: [node],
    links: [],
  });
  return diffOf(alone(before), alone(after)).nodes[0]?.kind;
}
