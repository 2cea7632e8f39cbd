/**
 * Every change that an editor makes: document in, document out.
 *
 * What an edit does not touch keeps its identity, and an edit that changes nothing returns the
 * document it got. Ids of new things come from the caller, so that the same edit on the same
 * document is always the same result.
 */
import { NOTE_BLOCK, type Block, type Catalogue } from "@/graph/catalogue";
import {
  findNode,
  linkKey,
  nodesById,
  type GraphDocument,
  type GroupDocument,
  type Json,
  type JsonObject,
  type LinkDocument,
  type LinkEnds,
  type NodeDocument,
  type NodeMetadata,
  type Point,
  type Size,
} from "@/graph/document";
import { newId } from "@/graph/ids";
import { jsonEqual, withKey, withKeyRenamed, without } from "@/graph/json";
import { DELIMITERS, baseOf, stepsOf, withToolRenewed } from "@/graph/pinnames";
import { valuesOf, withValues } from "@/graph/pins";

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

/** Return the document with the two pins linked; itself where they are already. */
export function connect(
  document: GraphDocument,
  ends: LinkEnds,
  catalogue: Catalogue,
  id: string = newId(),
): GraphDocument {
  return addLinks(document, [newLink(document, ends, catalogue, id)]);
}

/** Return the document with a link at other ends; without it where these are linked already. */
export function reconnect(
  document: GraphDocument,
  link: string,
  ends: LinkEnds,
  catalogue: Catalogue,
): GraphDocument {
  const old = document.links.find((one) => one.id === link);
  if (!old || linkKey(old) === linkKey(ends)) return document;
  const moved = { ...old, ...newLink(document, ends, catalogue, old.id) };
  const taken = document.links.some((one) => linkKey(one) === linkKey(moved));
  const links = taken
    ? document.links.filter((one) => one !== old)
    : document.links.map((one) => (one === old ? moved : one));
  return { ...document, links };
}

export function disconnect(document: GraphDocument, links: Iterable<string>): GraphDocument {
  return remove(document, [], links);
}

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

/** Return the document with a pin's value; `undefined` takes the value away. */
export function setValue(
  document: GraphDocument,
  node: string,
  pin: string,
  value: Json | undefined,
  catalogue: Catalogue,
): GraphDocument {
  return withNode(document, node, (one) =>
    withValues(one, withKey(valuesOf(one, catalogue), pin, value), catalogue),
  );
}

/** Return the document with several keys of a node's `input_default` set, or taken away. */
export function setDefaults(
  document: GraphDocument,
  node: string,
  values: Readonly<Record<string, Json | undefined>>,
): GraphDocument {
  return withNode(document, node, (one) => {
    const input_default = Object.entries(values).reduce<JsonObject>(
      (held, [key, value]) => withKey(held, key, value),
      one.input_default,
    );
    return input_default === one.input_default ? one : { ...one, input_default };
  });
}

/** Return the document with a name of its author's for the node; without one for blank text. */
export function renameNode(document: GraphDocument, node: string, name: string): GraphDocument {
  const wanted = name.trim() ? name : undefined;
  return withNode(document, node, (one) => withMetadata(one, "customized_name", wanted));
}

export function setName(document: GraphDocument, name: string): GraphDocument {
  return withKey(document, "name", name);
}

export function setDescription(document: GraphDocument, description: string): GraphDocument {
  return withKey(document, "description", description);
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

/**
 * Return the document with a dynamic pin of a node that holds a value.
 *
 * A dynamic pin exists while it has a value or a link; one that is linked needs no value.
 */
export function addDynamicPin(
  document: GraphDocument,
  node: string,
  pin: string,
  catalogue: Catalogue,
  value: Json = "",
): GraphDocument {
  const one = findNode(document, node);
  if (!one || Object.hasOwn(valuesOf(one, catalogue), pin)) return document;
  return setValue(document, node, pin, value, catalogue);
}

/** Return the document with a dynamic pin under another name, with its value and its links. */
export function renameDynamicPin(
  document: GraphDocument,
  node: string,
  from: string,
  to: string,
  catalogue: Catalogue,
): GraphDocument {
  const one = findNode(document, node);
  if (!one || from === to || !stepsOf(to) || baseOf(to) !== baseOf(from)) return document;
  const isTaken =
    Object.hasOwn(valuesOf(one, catalogue), to) ||
    document.links.some((link) => link.sink_id === node && link.sink_name === to);
  return isTaken ? document : withPinsRenamed(document, node, new Map([[from, to]]), catalogue);
}

/** Return the document without a dynamic pin; later items of a list move up. */
export function removeDynamicPin(
  document: GraphDocument,
  node: string,
  pin: string,
  catalogue: Catalogue,
): GraphDocument {
  if (!stepsOf(pin)) return document;
  const links = document.links.filter((link) => link.sink_id === node && link.sink_name === pin);
  const cleared = disconnect(
    setValue(document, node, pin, undefined, catalogue),
    links.map((link) => link.id),
  );
  return withItemsMovedUp(cleared, node, pin, catalogue);
}

function withItemsMovedUp(
  document: GraphDocument,
  node: string,
  pin: string,
  catalogue: Catalogue,
): GraphDocument {
  const one = findNode(document, node);
  const last = stepsOf(pin)?.at(-1);
  if (!one || last?.kind !== "list") return document;
  const list = pin.slice(0, pin.length - last.name.length - DELIMITERS.list.length);
  const removed = Number(last.name);
  const names = new Set([
    ...Object.keys(valuesOf(one, catalogue)),
    ...document.links.filter((link) => link.sink_id === node).map((link) => link.sink_name),
  ]);
  const indexes = [...names]
    .map((name) => itemIndex(list, name))
    .filter((index) => index !== undefined);
  // One after another from the lowest, so that each finds its new name free.
  return [...new Set(indexes)]
    .filter((index) => index > removed)
    .sort((a, b) => a - b)
    .reduce((held, index) => withItemMoved(held, node, list, index, names, catalogue), document);
}

function withItemMoved(
  document: GraphDocument,
  node: string,
  list: string,
  index: number,
  names: ReadonlySet<string>,
  catalogue: Catalogue,
): GraphDocument {
  const from = `${list}${DELIMITERS.list}${index}`;
  const to = `${list}${DELIMITERS.list}${index - 1}`;
  const renamed = [...names]
    .filter((name) => itemIndex(list, name) === index)
    .map((name) => [name, to + name.slice(from.length)] as const);
  return withPinsRenamed(document, node, new Map(renamed), catalogue);
}

/** Return which item of the list a name lies in, or undefined where it lies in none. */
function itemIndex(list: string, name: string): number | undefined {
  const start = `${list}${DELIMITERS.list}`;
  if (!name.startsWith(start)) return undefined;
  const digits = /^(0|[1-9]\d{0,8})(?=$|_[$#@]_)/.exec(name.slice(start.length));
  return digits ? Number(digits[0]) : undefined;
}

function withPinsRenamed(
  document: GraphDocument,
  node: string,
  names: ReadonlyMap<string, string>,
  catalogue: Catalogue,
): GraphDocument {
  const renamed = withNode(document, node, (one) => {
    let values = valuesOf(one, catalogue);
    for (const [from, to] of names) values = withKeyRenamed(values, from, to);
    return withValues(one, values, catalogue);
  });
  const links = renamed.links.map((link) => {
    const name = link.sink_id === node ? names.get(link.sink_name) : undefined;
    return name === undefined ? link : { ...link, sink_name: name };
  });
  return withLists(renamed, renamed.nodes, links);
}

function newLink(
  document: GraphDocument,
  ends: LinkEnds,
  catalogue: Catalogue,
  id: string,
): LinkDocument {
  const source = findNode(document, ends.source_id);
  return {
    id,
    source_id: ends.source_id,
    sink_id: ends.sink_id,
    source_name: ends.source_name,
    sink_name: ends.sink_name,
    is_static: source ? catalogue.get(source.block_id)?.staticOutput === true : false,
  };
}

/** Return the document with the links whose nodes are there and whose ends are not linked yet. */
function addLinks(document: GraphDocument, links: readonly LinkDocument[]): GraphDocument {
  const known = new Set(document.links.map(linkKey));
  const fresh: LinkDocument[] = [];
  for (const link of links) {
    const isNew = !known.has(linkKey(link));
    if (isNew && findNode(document, link.source_id) && findNode(document, link.sink_id)) {
      known.add(linkKey(link));
      fresh.push(link);
    }
  }
  return fresh.length > 0 ? { ...document, links: [...document.links, ...fresh] } : document;
}

function copied(node: NodeDocument, id: string, offset: Point): NodeDocument {
  const { x, y } = node.metadata.position;
  const position = { ...node.metadata.position, x: x + offset.x, y: y + offset.y };
  return { ...node, id, metadata: { ...node.metadata, position } };
}

function withMetadata(node: NodeDocument, key: string, value: Json | undefined): NodeDocument {
  const metadata: NodeMetadata =
    value === undefined ? without(node.metadata, key) : withKey(node.metadata, key, value);
  return metadata === node.metadata ? node : { ...node, metadata };
}

function withNode(
  document: GraphDocument,
  id: string,
  change: (node: NodeDocument) => NodeDocument,
): GraphDocument {
  return withNodes(document, [id], change);
}

function withNodes(
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
function withLists(
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

function isSame<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

export function groupsOf(document: GraphDocument): readonly GroupDocument[] {
  return document.groups ?? [];
}

function withGroups(document: GraphDocument, groups: readonly GroupDocument[]): GraphDocument {
  if (isSame(groupsOf(document), groups)) return document;
  return groups.length > 0 ? { ...document, groups } : without(document, "groups");
}

/** Return the document without the groups that lost their last member since `before`. */
function withoutEmptyGroups(document: GraphDocument, before: GraphDocument): GraphDocument {
  if (document === before || groupsOf(document).length === 0) return document;
  const used = new Set(document.nodes.map((node) => node.metadata.group));
  return withGroups(
    document,
    groupsOf(document).filter((one) => used.has(one.id)),
  );
}
