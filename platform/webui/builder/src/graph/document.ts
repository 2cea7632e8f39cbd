/**
 * The saved graph, in the API's own words, and lookups in it.
 *
 * Everything is immutable: an edit returns a new document that shares what it did not touch, so
 * that `===` tells a component whether its node changed. Keys that no type names survive untouched.
 */
import { isArray, isObject, type Json, type JsonObject } from "@/graph/json";

export type { Json, JsonObject } from "@/graph/json";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface NodeMetadata extends JsonObject {
  readonly position: Point & JsonObject;
  /** The name that its author gave the node. */
  readonly customized_name?: string;
  /** A disabled node and its links do not exist for a run. */
  readonly disabled?: true;
  /** Values that stand in for the node's outputs in editor runs, by pin. */
  readonly pinned?: Readonly<Record<string, readonly Json[]>>;
  /** The id of the group that the node is in. */
  readonly group?: string;
  /** Of notes. */
  readonly size?: Size & JsonObject;
}

export interface NodeDocument extends JsonObject {
  readonly id: string;
  readonly block_id: string;
  readonly input_default: JsonObject;
  readonly metadata: NodeMetadata;
}

export interface LinkDocument extends JsonObject {
  readonly id: string;
  readonly source_id: string;
  readonly sink_id: string;
  readonly source_name: string;
  readonly sink_name: string;
  readonly is_static: boolean;
}

/** The four ends that make a link what it is: links with the same ends are the same link. */
export type LinkEnds = Pick<LinkDocument, "source_id" | "source_name" | "sink_id" | "sink_name">;

export interface GroupDocument extends JsonObject {
  readonly id: string;
  readonly title: string;
  readonly color: string;
}

export interface GraphDocument extends JsonObject {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly nodes: readonly NodeDocument[];
  readonly links: readonly LinkDocument[];
  readonly groups?: readonly GroupDocument[];
}

/** A JSON value that is no graph; the message says why, for people. */
export class NotAGraph extends Error {
  override readonly name = "NotAGraph";
}

/**
 * Return the graph that a JSON value is, with what a graph always has filled in.
 *
 * Nodes without a position are placed in rows. Throws NotAGraph.
 */
export function readDocument(value: unknown): GraphDocument {
  if (!isObject(value)) throw new NotAGraph("A graph is a JSON object.");
  if (!isArray(value.nodes)) throw new NotAGraph("A graph has a list of `nodes`.");
  const nodes = value.nodes.map(readNode);
  const links = value.links ?? [];
  if (!isArray(links)) throw new NotAGraph("The `links` of a graph are a list.");
  const document: GraphDocument = {
    ...value,
    id: text(value.id),
    name: text(value.name),
    description: text(value.description),
    nodes,
    links: links.map(readLink),
  };
  return value.groups === undefined ? document : { ...document, groups: readGroups(value.groups) };
}

const COLUMNS = 6;
const COLUMN_WIDTH = 360;
const ROW_HEIGHT = 260;

function readNode(value: Json, index: number): NodeDocument {
  if (!isObject(value) || typeof value.id !== "string" || typeof value.block_id !== "string")
    throw new NotAGraph(`The node at place ${index + 1} lacks its \`id\` or its \`block_id\`.`);
  const metadata = isObject(value.metadata) ? value.metadata : {};
  const position = metadata.position;
  const placed =
    isObject(position) && Number.isFinite(position.x) && Number.isFinite(position.y)
      ? (position as NodeMetadata["position"])
      : {
          x: (index % COLUMNS) * COLUMN_WIDTH,
          y: Math.floor(index / COLUMNS) * ROW_HEIGHT,
        };
  return {
    ...value,
    id: value.id,
    block_id: value.block_id,
    input_default: isObject(value.input_default) ? value.input_default : {},
    metadata: { ...metadata, position: placed },
  };
}

function readLink(value: Json, index: number): LinkDocument {
  const ends = ["source_id", "sink_id", "source_name", "sink_name"] as const;
  if (!isObject(value) || ends.some((end) => typeof value[end] !== "string"))
    throw new NotAGraph(`The link at place ${index + 1} lacks one of its ends.`);
  const link = value as JsonObject & LinkEnds;
  return {
    ...link,
    id: typeof value.id === "string" ? value.id : linkKey(link),
    is_static: value.is_static === true,
  };
}

function readGroups(value: Json): readonly GroupDocument[] {
  if (!isArray(value)) return [];
  return value
    .filter(isObject)
    .flatMap((group) =>
      typeof group.id === "string"
        ? [{ ...group, id: group.id, title: text(group.title), color: text(group.color) }]
        : [],
    );
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Return the same text for links with the same ends, and only for them. */
export function linkKey(link: LinkEnds): string {
  return JSON.stringify([link.source_id, link.source_name, link.sink_id, link.sink_name]);
}

/** Return the node with this id, if the document has it. */
export function findNode(document: GraphDocument, id: string): NodeDocument | undefined {
  return nodesById(document).get(id);
}

/** Return the document's nodes by id. Built once for each list of nodes. */
export function nodesById(document: GraphDocument): ReadonlyMap<string, NodeDocument> {
  return remembered(byId, document.nodes, (nodes) => new Map(nodes.map((node) => [node.id, node])));
}

/** Return the links that end at the node, in the document's order. */
export function linksInto(document: GraphDocument, node: string): readonly LinkDocument[] {
  return linkIndex(document).into.get(node) ?? NONE;
}

/** Return the links that begin at the node, in the document's order. */
export function linksOutOf(document: GraphDocument, node: string): readonly LinkDocument[] {
  return linkIndex(document).outOf.get(node) ?? NONE;
}

/** Return the nodes that are in the group. */
export function membersOf(document: GraphDocument, group: string): readonly NodeDocument[] {
  return document.nodes.filter((node) => node.metadata.group === group);
}

export function isDisabled(node: NodeDocument): boolean {
  return node.metadata.disabled === true;
}

/** Return what runs: the document without disabled nodes and their links; itself without such. */
export function enabledPart(document: GraphDocument): GraphDocument {
  return remembered(enabled, document, withoutDisabled);
}

function withoutDisabled(document: GraphDocument): GraphDocument {
  const off = new Set(document.nodes.filter(isDisabled).map((node) => node.id));
  if (off.size === 0) return document;
  return {
    ...document,
    nodes: document.nodes.filter((node) => !off.has(node.id)),
    links: document.links.filter((link) => !off.has(link.source_id) && !off.has(link.sink_id)),
  };
}

interface LinkIndex {
  readonly into: ReadonlyMap<string, readonly LinkDocument[]>;
  readonly outOf: ReadonlyMap<string, readonly LinkDocument[]>;
}

const NONE: readonly LinkDocument[] = [];
const byId = new WeakMap<object, ReadonlyMap<string, NodeDocument>>();
const indexes = new WeakMap<object, LinkIndex>();
const enabled = new WeakMap<object, GraphDocument>();

function linkIndex(document: GraphDocument): LinkIndex {
  return remembered(indexes, document.links, (links) => ({
    into: grouped(links, (link) => link.sink_id),
    outOf: grouped(links, (link) => link.source_id),
  }));
}

function grouped(
  links: readonly LinkDocument[],
  key: (link: LinkDocument) => string,
): Map<string, LinkDocument[]> {
  const groups = new Map<string, LinkDocument[]>();
  for (const link of links) {
    const group = groups.get(key(link));
    if (group) group.push(link);
    else groups.set(key(link), [link]);
  }
  return groups;
}

/** Return what was made of the key before, or make it now. The key is never changed in place. */
function remembered<K extends object, V>(kept: WeakMap<object, V>, key: K, make: (key: K) => V): V {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make(key);
  kept.set(key, made);
  return made;
}
