/**
 * What is wrong with a graph, while one types: the same codes and words as
 * `agents/engine/validation.py`, and what only the editor tells (values that do not fit their pin).
 *
 * An error forbids the run or makes a node fail; a warning is what somebody probably did not mean.
 * Disabled nodes and their links do not exist for a run, so they have no problems.
 */
import { kindOf, plainTitleOf, type Catalogue, type UiType } from "@/graph/catalogue";
import {
  enabledPart,
  findNode,
  linksInto,
  linksOutOf,
  nodesById,
  type GraphDocument,
  type JsonObject,
  type LinkDocument,
  type NodeDocument,
} from "@/graph/document";
import { isArray, isObject } from "@/graph/json";
import { badPath, baseOf, isDynamic } from "@/graph/pinnames";
import { inputNames, inputSchema, outputNames, valuesOf } from "@/graph/pins";
import { propertiesOf } from "@/graph/catalogue";
import { misfit } from "@/graph/values";

export interface Problem {
  /** Stable; `docs/errors.md` lists them. */
  readonly code: string;
  readonly detail: string;
  readonly severity: "error" | "warning";
  readonly node_id?: string;
  readonly link_id?: string;
  readonly pin?: string;
}

/** Return everything that is wrong with the graph. Only what changed since is looked at anew. */
export function problemsOf(document: GraphDocument, catalogue: Catalogue): readonly Problem[] {
  const running = enabledPart(document);
  const loose = looseLinks(running);
  const found: Problem[] = [];
  for (const node of running.nodes) found.push(...problemsAt(node, running, loose, catalogue));
  for (const link of loose) {
    const { source_id, sink_id } = link;
    if (findNode(running, source_id) || findNode(running, sink_id)) continue;
    for (const missing of [source_id, sink_id])
      found.push(dangling(link, missing, undefined, undefined, catalogue));
  }
  return startsSomewhere(running, catalogue) ? found : [...found, NOTHING_TO_START];
}

/** Return whether the server's problem is one that `problemsOf` finds by itself. */
export function isFoundHere(problem: Pick<Problem, "code" | "detail">): boolean {
  return FOUND_HERE.has(problem.code) && !problem.detail.startsWith(IN_SUB_AGENT);
}

const FOUND_HERE: ReadonlySet<string> = new Set([
  "link_to_unknown_node",
  "malformed_pin",
  "missing_value",
  "nothing_to_start",
  "reserved_input_name",
  "unknown_block",
  "unknown_input_pin",
  "unknown_output_pin",
  "invalid_input",
]);
const IN_SUB_AGENT = "In the agent ";

const NEVER_RUN: ReadonlySet<UiType> = new Set(["Note", "Unknown"]);
const LONGEST_TITLE = 80;
const LONGEST_LIST = 400;
/** Pins of the agent block that are filled when the draft is saved. */
const FILLED_WHEN_SAVED: ReadonlySet<string> = new Set(["user_id", "inputs"]);

const NOTHING_TO_START: Problem = {
  code: "nothing_to_start",
  detail: "The agent has no node to start with. Add an input, or a block that no link leads to.",
  severity: "error",
};

interface Kept {
  readonly node: NodeDocument;
  readonly catalogue: Catalogue;
  readonly into: readonly LinkDocument[];
  readonly outOf: readonly LinkDocument[];
  readonly loose: readonly LinkDocument[];
  readonly problems: readonly Problem[];
}

// By the node's values, which stay the same object while a node is dragged, and its id: a copy of a
// node shares its values.
const kept = new WeakMap<object, Map<string, Kept>>();

/** Return the links that lack a node. */
function looseLinks(graph: GraphDocument): readonly LinkDocument[] {
  const nodes = nodesById(graph);
  const loose = graph.links.filter(
    (link) => !nodes.has(link.source_id) || !nodes.has(link.sink_id),
  );
  return loose.length > 0 ? loose : NONE;
}

const NONE: readonly LinkDocument[] = [];

function problemsAt(
  node: NodeDocument,
  graph: GraphDocument,
  loose: readonly LinkDocument[],
  catalogue: Catalogue,
): readonly Problem[] {
  const into = linksInto(graph, node.id);
  const outOf = linksOutOf(graph, node.id);
  const ofValues = kept.get(node.input_default) ?? new Map<string, Kept>();
  const known = ofValues.get(node.id);
  if (
    known?.catalogue === catalogue &&
    known.loose === loose &&
    known.node.block_id === node.block_id &&
    known.node.metadata.customized_name === node.metadata.customized_name &&
    sameItems(known.into, into) &&
    sameItems(known.outOf, outOf)
  )
    return known.problems;
  const problems = [
    ...linkProblems(node, graph, catalogue),
    ...reservedName(node, catalogue),
    ...valueProblems(node, graph, catalogue),
    ...unknownBlock(node, catalogue),
    ...badPaths(node, graph, catalogue),
  ];
  ofValues.set(node.id, { node, catalogue, into, outOf, loose, problems });
  kept.set(node.input_default, ofValues);
  return problems;
}

function linkProblems(
  node: NodeDocument,
  graph: GraphDocument,
  catalogue: Catalogue,
): readonly Problem[] {
  const inputs = inputNames(node, catalogue);
  const outputs = outputNames(node, catalogue);
  const found: Problem[] = [];
  for (const link of linksInto(graph, node.id)) {
    if (!findNode(graph, link.source_id))
      found.push(dangling(link, link.source_id, node, link.sink_name, catalogue));
    if (lacks(inputs, link.sink_name))
      found.push(unknownPin("input", node, link, link.sink_name, inputs ?? [], catalogue));
  }
  for (const link of linksOutOf(graph, node.id)) {
    if (!findNode(graph, link.sink_id))
      found.push(dangling(link, link.sink_id, node, link.source_name, catalogue));
    if (lacks(outputs, link.source_name))
      found.push(unknownPin("output", node, link, link.source_name, outputs ?? [], catalogue));
  }
  return found;
}

function lacks(known: readonly string[] | undefined, pin: string): boolean {
  return known !== undefined && !known.includes(pin) && !known.includes(baseOf(pin));
}

function dangling(
  link: LinkDocument,
  missing: string,
  end: NodeDocument | undefined,
  pin: string | undefined,
  catalogue: Catalogue,
): Problem {
  const where =
    end && pin ? `\`${pin}\` of ${quotedTitle(end, catalogue)}` : "another unknown node";
  return {
    code: "link_to_unknown_node",
    detail:
      `A link joins ${where} with the node ${quoted(missing)}, which is not in the graph. ` +
      "Remove the link or add the node.",
    severity: "error",
    link_id: link.id,
    ...(end && pin ? { node_id: end.id, pin } : {}),
  };
}

function unknownPin(
  side: "input" | "output",
  node: NodeDocument,
  link: LinkDocument,
  pin: string,
  known: readonly string[],
  catalogue: Catalogue,
): Problem {
  const title = quotedTitle(node, catalogue);
  return {
    code: `unknown_${side}_pin`,
    detail: `${title} has no ${side} pin \`${pin}\`. Link one of its ${side} pins: ${listed(known)}.`,
    severity: "error",
    node_id: node.id,
    link_id: link.id,
    pin,
  };
}

function reservedName(node: NodeDocument, catalogue: Catalogue): readonly Problem[] {
  const name = node.input_default.name;
  if (kindOf(node, catalogue) !== "Input" || typeof name !== "string") return [];
  if (name !== "credentials" && !name.endsWith("_credentials")) return [];
  return [
    {
      code: "reserved_input_name",
      detail:
        `An input may not be named ${quoted(name)}: names that end in \`credentials\` are for ` +
        "secrets of other services. Rename the input.",
      severity: "error",
      node_id: node.id,
      pin: "name",
    },
  ];
}

function valueProblems(
  node: NodeDocument,
  graph: GraphDocument,
  catalogue: Catalogue,
): readonly Problem[] {
  const block = catalogue.get(node.block_id);
  if (!block || NEVER_RUN.has(block.uiType)) return [];
  const linked = new Set(linksInto(graph, node.id).map((link) => baseOf(link.sink_name)));
  const values = valuesOf(node, catalogue);
  const isAgent = block.uiType === "Agent";
  const given = givenBy(node.input_default);
  const missing = requiredIn(block.inputSchema).filter(
    (pin) => !given.has(pin) && (isAgent ? !FILLED_WHEN_SAVED.has(pin) : !linked.has(pin)),
  );
  if (isAgent) {
    const inputs = givenBy(values);
    const schema = node.input_default.input_schema;
    missing.push(...requiredNames(schema).filter((pin) => !inputs.has(pin) && !linked.has(pin)));
  }
  return [
    ...missing.map((pin) => missingValue(node, pin, catalogue)),
    ...misfits(node, values, catalogue),
  ];
}

/** Return the pins of a schema that someone must fill: no default, not filled by the platform. */
function requiredIn(schema: JsonObject): string[] {
  const properties = propertiesOf(schema);
  return requiredNames(schema).filter((name) => properties.get(name)?.hidden !== true);
}

function requiredNames(schema: unknown): string[] {
  const names = isObject(schema) ? schema.required : undefined;
  return isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

/** Return the pins that have a value, or a part of one. Null is none. */
function givenBy(values: JsonObject): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined) found.add(name);
    if (isDynamic(name)) found.add(baseOf(name));
  }
  return found;
}

function missingValue(node: NodeDocument, pin: string, catalogue: Catalogue): Problem {
  const title = quotedTitle(node, catalogue);
  return {
    code: "missing_value",
    detail: `\`${pin}\` of ${title} is required. Give it a value or link something to it.`,
    severity: "error",
    node_id: node.id,
    pin,
  };
}

function misfits(node: NodeDocument, values: JsonObject, catalogue: Catalogue): readonly Problem[] {
  const known = inputNames(node, catalogue);
  return Object.entries(values).flatMap(([pin, value]): Problem[] => {
    if (value === undefined || lacks(known, pin)) return [];
    const found = misfit(value, inputSchema(node, pin, catalogue));
    if (!found) return [];
    return [
      {
        code: "invalid_input",
        detail: `\`${pin}\` of ${quotedTitle(node, catalogue)} ${found.sentence}`,
        severity: found.severity,
        node_id: node.id,
        pin,
      },
    ];
  });
}

function unknownBlock(node: NodeDocument, catalogue: Catalogue): readonly Problem[] {
  if (kindOf(node, catalogue) !== "Unknown") return [];
  return [
    {
      code: "unknown_block",
      detail:
        `This instance has no block ${quoted(node.block_id)}. Replace the node ` +
        `${quotedTitle(node, catalogue)}, or run the agent where the block exists.`,
      severity: "error",
      node_id: node.id,
    },
  ];
}

function badPaths(
  node: NodeDocument,
  graph: GraphDocument,
  catalogue: Catalogue,
): readonly Problem[] {
  const linked = linksInto(graph, node.id).map((link) => link.sink_name);
  const names = new Set([...Object.keys(valuesOf(node, catalogue)), ...linked]);
  return [...names].flatMap((name): Problem[] => {
    const reason = isDynamic(name) ? badPath(name) : undefined;
    if (reason === undefined) return [];
    const detail = `${reason} Rename it.`;
    return [{ code: "malformed_pin", detail, severity: "error", node_id: node.id, pin: name }];
  });
}

function startsSomewhere(graph: GraphDocument, catalogue: Catalogue): boolean {
  return graph.nodes.some((node) => {
    const kind = kindOf(node, catalogue);
    return kind !== "Note" && (kind === "Input" || linksInto(graph, node.id).length === 0);
  });
}

function quotedTitle(node: NodeDocument, catalogue: Catalogue): string {
  return quoted(cut(plainTitleOf(node, catalogue), LONGEST_TITLE));
}

function listed(pins: readonly string[]): string {
  const names = [...pins].sort((a, b) => (a < b ? -1 : 1)).map((name) => `\`${name}\``);
  return cut(names.join(", ") || "none", LONGEST_LIST);
}

function cut(text: string, longest: number): string {
  const signs = Array.from(text);
  return signs.length <= longest ? text : `${signs.slice(0, longest).join("")}…`;
}

/** Return the text in quotes, as the server's sentences have it. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")
    .replaceAll(quote, `\\${quote}`);
  return `${quote}${escaped}${quote}`;
}

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
  return (
    one === other || (one.length === other.length && one.every((item, i) => item === other[i]))
  );
}
