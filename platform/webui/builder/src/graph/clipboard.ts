/**
 * Nodes as text: to paste into this agent, another one, another browser, a file or a chat.
 *
 * The text is a graph in the exchange format, so a whole exported agent can be pasted too. Secrets
 * stay behind, by the rules of `agents/graphs/stripping.py`; so do pinned outputs, which are data
 * of runs, and who the owner is.
 */
import { kindOf, propertiesOf, type Catalogue } from "@/graph/catalogue";
import {
  NotAGraph,
  readDocument,
  type GraphDocument,
  type GroupDocument,
  type Json,
  type JsonObject,
  type LinkDocument,
  type NodeDocument,
  type Point,
} from "@/graph/document";
import { addNodes, groupsOf } from "@/graph/edits";
import { newId, newIdsFor } from "@/graph/ids";
import { isArray, isObject, parseWhole, without } from "@/graph/json";
import { withToolRenewed } from "@/graph/pinnames";

/** As `telemetry/redaction.py` has them; `tests/unit/graphs/secret_names.json` holds cases for both. */
const SECRET_WORDS = [
  "credentials",
  "api_key",
  "apikey",
  "api-key",
  "password",
  "passwd",
  "passphrase",
  "token",
  "secret",
  "authorization",
  "cookie",
  "private_key",
];
const SCHEMAS = ["input_schema", "output_schema"];
/** What a sub-agent is given, now and in older files. */
const GIVEN = ["inputs", "data"];

/** Return the nodes, the links among them and their groups as text that can be pasted anywhere. */
export function copyText(
  document: GraphDocument,
  nodes: Iterable<string>,
  catalogue: Catalogue,
): string {
  const wanted = new Set(nodes);
  const copied = document.nodes.filter((node) => wanted.has(node.id));
  const used = new Set(copied.map((node) => node.metadata.group));
  const groups = groupsOf(document).filter((group) => used.has(group.id));
  const graph = {
    nodes: copied.map((node) => portable(node, catalogue)),
    links: document.links.filter((link) => wanted.has(link.source_id) && wanted.has(link.sink_id)),
    ...(groups.length > 0 ? { groups } : {}),
  };
  return JSON.stringify(graph, null, 2);
}

export interface Clipping {
  readonly nodes: readonly NodeDocument[];
  readonly links: readonly LinkDocument[];
  readonly groups: readonly GroupDocument[];
  /** The name of the agent, where the text is a whole one. */
  readonly name: string;
}

/** Return the nodes that a text holds. Throws NotAGraph with the reason. */
export function readClipping(text: string): Clipping {
  const graph = readDocument(graphIn(text));
  const ids = new Set(graph.nodes.map((node) => node.id));
  if (ids.size < graph.nodes.length) throw new NotAGraph("Two of its nodes have the same id.");
  if (graph.nodes.length === 0) throw new NotAGraph("There are no nodes in it.");
  const links = graph.links.filter((link) => ids.has(link.source_id) && ids.has(link.sink_id));
  return { nodes: graph.nodes, links, groups: groupsOf(graph), name: graph.name };
}

function graphIn(text: string): unknown {
  let found: unknown;
  try {
    found = parseWhole(text);
  } catch {
    throw new NotAGraph("It is not JSON.");
  }
  return isObject(found) && isObject(found.graph) && !found.nodes ? found.graph : found;
}

export interface Pasted {
  readonly document: GraphDocument;
  /** The ids of the new nodes, to select them. */
  readonly nodes: readonly string[];
}

export interface PasteOptions {
  /** Where the upper left corner of what is pasted comes to lie; where it was without it. */
  readonly at?: Point;
  /** New ids of the clipping's nodes and groups, by the old ones. */
  readonly ids?: ReadonlyMap<string, string>;
  readonly linkId?: () => string;
}

/** Return the document with the clipping in it, under new ids. */
export function paste(
  document: GraphDocument,
  clipping: Clipping,
  { at, ids = idsFor(clipping), linkId = newId }: PasteOptions = {},
): Pasted {
  const corner = cornerOf(clipping.nodes);
  const offset = at ? { x: at.x - corner.x, y: at.y - corner.y } : { x: 0, y: 0 };
  const groups = clipping.groups.map((group) => ({ ...group, id: renewed(group.id, ids) }));
  const known = new Set(groups.map((group) => group.id));
  const nodes = clipping.nodes.map((node) => renewedNode(node, ids, known, offset));
  const links = clipping.links.map((link) => ({
    ...link,
    id: linkId(),
    source_id: renewed(link.source_id, ids),
    sink_id: renewed(link.sink_id, ids),
    source_name: withToolRenewed(link.source_name, ids),
  }));
  const grown = addNodes(document, nodes, links);
  const withGroups =
    groups.length > 0 ? { ...grown, groups: [...groupsOf(document), ...groups] } : grown;
  return { document: withGroups, nodes: nodes.map((node) => node.id) };
}

/** Return new ids for what a clipping holds. */
export function idsFor({ nodes, groups }: Clipping): ReadonlyMap<string, string> {
  return newIdsFor([...nodes.map((node) => node.id), ...groups.map((group) => group.id)]);
}

function renewed(id: string, ids: ReadonlyMap<string, string>): string {
  return ids.get(id) ?? id;
}

function renewedNode(
  node: NodeDocument,
  ids: ReadonlyMap<string, string>,
  groups: ReadonlySet<string>,
  offset: Point,
): NodeDocument {
  const { position, group: oldGroup, ...rest } = node.metadata;
  const group = oldGroup === undefined ? undefined : renewed(oldGroup, ids);
  return {
    ...node,
    id: renewed(node.id, ids),
    metadata: {
      ...rest,
      position: { ...position, x: position.x + offset.x, y: position.y + offset.y },
      ...(group !== undefined && groups.has(group) ? { group } : {}),
    },
  };
}

function cornerOf(nodes: readonly NodeDocument[]): Point {
  const places = nodes.map((node) => node.metadata.position);
  return {
    x: Math.min(...places.map((place) => place.x)),
    y: Math.min(...places.map((place) => place.y)),
  };
}

/** Return the node as others may see it. */
function portable(node: NodeDocument, catalogue: Catalogue): NodeDocument {
  const isAgent = kindOf(node, catalogue) === "Agent";
  const isSchema = (pin: string) => isAgent && SCHEMAS.includes(pin);
  const secret = secretPins(node, catalogue);
  const secretInputs = isAgent ? secretInputsOf(node) : [];
  const isSecretMember = (pin: string) =>
    secretInputs.some((name) => GIVEN.some((given) => pin === `${given}_#_${name}`));
  const kept = Object.entries(node.input_default).flatMap(([pin, value]) => {
    if (value === undefined || secret.has(pin) || isSecretMember(pin)) return [];
    if (isAgent && pin === "user_id") return [];
    if (isSchema(pin)) return [[pin, withoutSecretDefaults(value)] as const];
    if (isSecret(pin, value)) return [];
    const told =
      GIVEN.includes(pin) && isObject(value) ? secretInputs.reduce(without, value) : value;
    return [[pin, withoutSecrets(told)] as const];
  });
  return {
    ...node,
    input_default: Object.fromEntries(kept),
    metadata: without(node.metadata, "pinned"),
  };
}

function secretPins(node: NodeDocument, catalogue: Catalogue): ReadonlySet<string> {
  const schema = catalogue.get(node.block_id)?.inputSchema ?? {};
  const marked = [...propertiesOf(schema)].filter(([, part]) => part.secret === true);
  const found = new Set(marked.map(([name]) => name));
  // An input that asks for a secret may hold one as its default.
  if (node.input_default.secret === true && kindOf(node, catalogue) === "Input") found.add("value");
  return found;
}

/** Return the inputs that a sub-agent marks as secret, whatever their names. */
function secretInputsOf(node: NodeDocument): string[] {
  const schema = node.input_default.input_schema;
  const properties = isObject(schema) ? schema.properties : undefined;
  if (!isObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, part]) =>
    isObject(part) && part.secret === true ? [name] : [],
  );
}

/** Return whether the name says that the value is a secret. */
export function isSecret(name: string, value: Json): boolean {
  if (value === null || typeof value === "boolean") return false;
  const words = SECRET_WORDS.filter((word) => name.toLowerCase().includes(word));
  const onlyCounts = words.every((word) => word === "token") && typeof value === "number";
  return words.length > 0 && !onlyCounts;
}

function withoutSecrets(value: Json): Json {
  if (isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, member]) =>
    member === undefined || isSecret(key, member) ? [] : [[key, withoutSecrets(member)] as const],
  );
  return Object.fromEntries(kept);
}

/** Return a sub-agent's schema without the defaults of its secret pins. */
function withoutSecretDefaults(schema: Json): Json {
  if (!isObject(schema) || !isObject(schema.properties)) return schema;
  const properties = Object.entries(schema.properties).map(([name, part]): [string, JsonObject] => {
    if (!isObject(part)) return [name, {}];
    const isHidden = part.secret === true || isSecret(name, part.default ?? null);
    return [name, isHidden ? without(part, "default") : part];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}
