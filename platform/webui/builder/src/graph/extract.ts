/**
 * Making an agent out of a part of a graph.
 *
 * The chosen nodes move into a graph of their own; one node that runs it stands in their place.
 * Where links cross the border, that graph gets inputs and outputs: inside pins that the same
 * outside pins feed share one input, and each inside pin that feeds something outside has one
 * output. The agent's own inputs and outputs stay where they are.
 */
import { agentNode, type AgentVersion } from "@/graph/agents";
import { kindOf, titleOf, type Catalogue } from "@/graph/catalogue";
import {
  findNode,
  linksInto,
  linksOutOf,
  type GraphDocument,
  type LinkDocument,
  type NodeDocument,
  type Point,
} from "@/graph/document";
import { addNodes, groupsOf, newNode, remove } from "@/graph/edits";
import { groupedBy } from "@/graph/grouping";
import { newId } from "@/graph/ids";
import { ERROR_PIN } from "@/graph/pins";
import { baseOf, stepsOf, TOOLS } from "@/graph/pinnames";

export const INPUT_BLOCK = "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b";
export const OUTPUT_BLOCK = "363ae599-353e-4804-937e-b2ee3cef3da4";

/** One input or output that the new agent gets, and the links that go through it. */
export interface Gate {
  readonly name: string;
  readonly links: readonly LinkDocument[];
}

export interface Extraction {
  /** What moves, in the document's order. */
  readonly nodes: readonly NodeDocument[];
  readonly inputs: readonly Gate[];
  readonly outputs: readonly Gate[];
}

/** The part cannot become an agent; the message says why, for people. */
export class NoExtraction extends Error {
  override readonly name = "NoExtraction";
}

const GAP = 320;
const ROW = 140;

/** Return what would move, and through which gates its links would go. Throws NoExtraction. */
export function extractionOf(
  document: GraphDocument,
  chosen: Iterable<string>,
  catalogue: Catalogue,
): Extraction {
  const wanted = new Set(chosen);
  const nodes = document.nodes.filter(
    (node) => wanted.has(node.id) && !STAYING.has(kindOf(node, catalogue)),
  );
  const inside = new Set(nodes.map((node) => node.id));
  if (nodes.every((node) => kindOf(node, catalogue) === "Note"))
    throw new NoExtraction(
      "Choose at least one block. Inputs and outputs of this agent stay where they are.",
    );
  const between = nodeBetween(document, inside);
  if (between)
    throw new NoExtraction(
      `“${titleOf(between, catalogue)}” takes from these blocks and gives to them. ` +
        "Choose it too, or leave out what it gives to.",
    );
  const into = nodes
    .flatMap((node) => linksInto(document, node.id))
    .filter((link) => isBorder(document, link.source_id, inside));
  const outOf = nodes
    .flatMap((node) => linksOutOf(document, node.id))
    .filter((link) => isBorder(document, link.sink_id, inside));
  if ([...into, ...outOf].some((link) => baseOf(link.source_name) === TOOLS))
    throw new NoExtraction("A block and its tools belong together. Choose all of them.");
  return { nodes, inputs: inputGates(into), outputs: outputGates(outOf, document, catalogue) };
}

const STAYING: ReadonlySet<string> = new Set(["Input", "Output"]);

/** Return the graph of the new agent, as `POST graphs/` takes it. */
export function extractedGraph(
  document: GraphDocument,
  { nodes, inputs, outputs }: Extraction,
  name: string,
  id: () => string = newId,
): GraphDocument {
  const inside = new Set(nodes.map((node) => node.id));
  const corner = cornerOf(nodes);
  const right = Math.max(...nodes.map((node) => node.metadata.position.x)) - corner.x + GAP;
  const gateNodes: NodeDocument[] = [];
  const gateLinks: LinkDocument[] = [];
  for (const [row, gate] of inputs.entries()) {
    const node = newNode({ id: INPUT_BLOCK }, { x: -GAP, y: row * ROW }, { name: gate.name }, id());
    gateNodes.push(node);
    for (const end of distinct(gate.links, sinkKey))
      gateLinks.push({
        id: id(),
        source_id: node.id,
        source_name: "result",
        sink_id: end.sink_id,
        sink_name: end.sink_name,
        is_static: true,
      });
  }
  for (const [row, gate] of outputs.entries()) {
    const node = newNode(
      { id: OUTPUT_BLOCK },
      { x: right, y: row * ROW },
      { name: gate.name },
      id(),
    );
    gateNodes.push(node);
    const [end] = gate.links;
    if (end)
      gateLinks.push({
        id: id(),
        source_id: end.source_id,
        source_name: end.source_name,
        sink_id: node.id,
        sink_name: "value",
        is_static: end.is_static,
      });
  }
  const used = new Set(nodes.map((node) => node.metadata.group));
  const groups = groupsOf(document).filter((group) => used.has(group.id));
  return {
    id: "",
    name,
    description: "",
    nodes: [...nodes.map((node) => shifted(node, corner)), ...gateNodes],
    links: [
      ...document.links.filter((link) => inside.has(link.source_id) && inside.has(link.sink_id)),
      ...gateLinks,
    ],
    ...(groups.length > 0 ? { groups } : {}),
  };
}

/** Return the document with a node that runs the new agent in place of what moved. */
export function replaceExtracted(
  document: GraphDocument,
  { nodes, inputs, outputs }: Extraction,
  agent: AgentVersion,
  node: string,
  id: () => string = newId,
): GraphDocument {
  const place = centreOf(nodes);
  const groups = new Set(nodes.map((one) => one.metadata.group));
  const [group] = groups.size === 1 ? groups : [];
  const made = agentNode(agent, place, node);
  const grouped = { ...made, metadata: { ...made.metadata, ...(group ? { group } : {}) } };
  const links = [
    ...inputs.flatMap((gate) =>
      distinct(gate.links, sourceKey).map((link) => ({
        ...link,
        id: id(),
        sink_id: node,
        sink_name: gate.name,
      })),
    ),
    ...outputs.flatMap((gate) =>
      distinct(gate.links, sinkKey).map((link) => ({
        ...link,
        id: id(),
        source_id: node,
        source_name: gate.name,
      })),
    ),
  ];
  const withAgent = addNodes(document, [grouped]);
  const without = remove(
    withAgent,
    nodes.map((one) => one.id),
  );
  return addNodes(without, [], links);
}

/** Return the extraction with a gate under another name; itself where that name is taken. */
export function renameGate(
  extraction: Extraction,
  side: "inputs" | "outputs",
  index: number,
  name: string,
): Extraction {
  const gates = extraction[side].map((gate, at) => (at === index ? { ...gate, name } : gate));
  return { ...extraction, [side]: gates };
}

/** Return what is wrong with the name of a gate, or null. */
export function gateProblem(
  extraction: Extraction,
  side: "inputs" | "outputs",
  index: number,
): string | null {
  const name = extraction[side][index]?.name ?? "";
  if (!name.trim()) return "Give it a name.";
  if (isReserved(side, name)) return `“${name}” means something else. Choose another name.`;
  const isDouble = extraction[side].some((gate, at) => at !== index && gate.name === name);
  return isDouble ? `There is another “${name}”.` : null;
}

function isReserved(side: "inputs" | "outputs", name: string): boolean {
  if (stepsOf(name)) return true; // reads as a part of another pin
  return side === "outputs"
    ? name === ERROR_PIN
    : name === "credentials" || name.endsWith("_credentials");
}

/** Return whether the other end of a link is there, and outside. */
function isBorder(document: GraphDocument, end: string, inside: ReadonlySet<string>): boolean {
  return !inside.has(end) && findNode(document, end) !== undefined;
}

/** Return a node outside through which values of the part come back into it. */
function nodeBetween(
  document: GraphDocument,
  inside: ReadonlySet<string>,
): NodeDocument | undefined {
  const after = reached(inside, (id) => linksOutOf(document, id).map((link) => link.sink_id));
  const before = reached(inside, (id) => linksInto(document, id).map((link) => link.source_id));
  return document.nodes.find((node) => after.has(node.id) && before.has(node.id));
}

/** Return the outside nodes that lead on from the part, directly or not. */
function reached(
  inside: ReadonlySet<string>,
  next: (id: string) => readonly string[],
): ReadonlySet<string> {
  const found = new Set<string>();
  let edge = [...inside];
  while (edge.length > 0) {
    const fresh = new Set(edge.flatMap((id) => [...next(id)]));
    edge = [...fresh].filter((id) => !inside.has(id) && !found.has(id));
    for (const id of edge) found.add(id);
  }
  return found;
}

/** Return one input for each set of outside pins that feed the same inside pins. */
function inputGates(links: readonly LinkDocument[]): readonly Gate[] {
  const byPin = groupedBy(links, sinkKey);
  const bySources = groupedBy(byPin.values(), (feeding) =>
    JSON.stringify(feeding.map(sourceKey).sort()),
  );
  const taken = new Set<string>();
  return [...bySources.values()].map((pins) => {
    const gate = pins.flat();
    return { name: freeName("inputs", plainName(gate[0]?.sink_name ?? ""), taken), links: gate };
  });
}

/** Return one output for each inside pin that feeds something outside. */
function outputGates(
  links: readonly LinkDocument[],
  document: GraphDocument,
  catalogue: Catalogue,
): readonly Gate[] {
  const taken = new Set<string>();
  return [...groupedBy(links, sourceKey).values()].map((gate) => {
    const [link] = gate;
    const pin = plainName(link?.source_name ?? "");
    const source = link && findNode(document, link.source_id);
    const title = source ? titleOf(source, catalogue) : "";
    const name = pin === ERROR_PIN ? `${title} ${ERROR_PIN}`.trim() : pin;
    return { name: freeName("outputs", name, taken), links: gate };
  });
}

/** Return the name of a pin without the path that may follow it: its last step, or itself. */
function plainName(pin: string): string {
  const last = stepsOf(pin)?.at(-1);
  return last && !/^\d+$/.test(last.name) ? last.name : baseOf(pin);
}

function freeName(side: "inputs" | "outputs", wanted: string, taken: Set<string>): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (taken.has(name) || isReserved(side, name)) continue;
    taken.add(name);
    return name;
  }
}

function sinkKey(link: LinkDocument): string {
  return JSON.stringify([link.sink_id, link.sink_name]);
}

function sourceKey(link: LinkDocument): string {
  return JSON.stringify([link.source_id, link.source_name]);
}

function distinct(
  links: readonly LinkDocument[],
  key: (link: LinkDocument) => string,
): readonly LinkDocument[] {
  return [...new Map(links.map((link) => [key(link), link])).values()];
}

function cornerOf(nodes: readonly NodeDocument[]): Point {
  const places = nodes.map((node) => node.metadata.position);
  return {
    x: Math.min(...places.map((place) => place.x)),
    y: Math.min(...places.map((place) => place.y)),
  };
}

function centreOf(nodes: readonly NodeDocument[]): Point {
  const places = nodes.map((node) => node.metadata.position);
  const middle = (values: readonly number[]) =>
    Math.round((Math.min(...values) + Math.max(...values)) / 2);
  return { x: middle(places.map((one) => one.x)), y: middle(places.map((one) => one.y)) };
}

function shifted(node: NodeDocument, by: Point): NodeDocument {
  const { position } = node.metadata;
  const moved = { ...position, x: position.x - by.x, y: position.y - by.y };
  return { ...node, metadata: { ...node.metadata, position: moved } };
}
