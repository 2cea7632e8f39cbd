/** The pins of a node: those of its block or agent, and the dynamic ones that it has grown. */
import { kindOf, propertiesOf, type Catalogue } from "@/graph/catalogue";
import {
  linksInto,
  linksOutOf,
  type GraphDocument,
  type Json,
  type JsonObject,
  type LinkDocument,
  type NodeDocument,
} from "@/graph/document";
import { isArray, isObject, withKey, withKeyRenamed } from "@/graph/json";
import { baseOf, isDynamic, pinBelow, stepsOf, type Dynamic } from "@/graph/pinnames";
import { alternatives, entryOf, isRequired, itemsOf, resolved, type Schema } from "@/graph/schema";
import { argumentPins, argumentsIn, isRequiredArgument, withTool } from "@/graph/toolpins";

export const ERROR_PIN = "error";

export interface Pin {
  /** The name that links and values use; of a dynamic pin the whole path. */
  readonly name: string;
  /** The block's pin that it is or belongs to. */
  readonly base: string;
  readonly title: string;
  readonly description: string;
  readonly schema: Schema;
  readonly required: boolean;
  readonly advanced: boolean;
  /** Filled by the platform: not shown. */
  readonly hidden: boolean;
  /** Never leaves in exports and copies. */
  readonly secret: boolean;
  readonly placeholder: string | undefined;
  /** Which kind of dynamic pins can be added below it; null where none can. */
  readonly grows: Dynamic | null;
  /** Whether it is a dynamic pin itself. */
  readonly isDynamic: boolean;
  readonly linked: boolean;
  /** What the node gives it; undefined where it gives nothing. */
  readonly value: Json | undefined;
  /** What the block takes where nothing is given. */
  readonly fallback: Json | undefined;
}

export interface NodePins {
  readonly inputs: readonly Pin[];
  readonly outputs: readonly Pin[];
}

/** Return the node's pins; the very same object while nothing that shapes them has changed. */
export function pinsOf(
  node: NodeDocument,
  document: GraphDocument,
  catalogue: Catalogue,
): NodePins {
  const into = linksInto(document, node.id);
  const outOf = linksOutOf(document, node.id);
  const ofValues = kept.get(node.input_default) ?? new Map<string, Kept>();
  const known = ofValues.get(node.id);
  if (
    known?.block_id === node.block_id &&
    known.catalogue === catalogue &&
    sameItems(known.into, into) &&
    sameItems(known.outOf, outOf)
  )
    return known.pins;
  const pins = {
    inputs: inputPins(node, into, catalogue),
    outputs: outputPins(node, outOf, catalogue),
  };
  ofValues.set(node.id, { block_id: node.block_id, catalogue, into, outOf, pins });
  kept.set(node.input_default, ofValues);
  return pins;
}

/** Return one of the node's input pins by name. */
export function inputPin(
  document: GraphDocument,
  node: NodeDocument,
  name: string,
  catalogue: Catalogue,
): Pin | undefined {
  return pinsOf(node, document, catalogue).inputs.find((pin) => pin.name === name);
}

/** Return the schema that an output pin of a node, or a part of it, has. */
export function outputSchema(node: NodeDocument, name: string, catalogue: Catalogue): Schema {
  const root = outputRoot(node, catalogue);
  return schemaAt(root, baseOf(name), name);
}

/** Return the schema that an input pin of a node, or a part of it, has. */
export function inputSchema(node: NodeDocument, name: string, catalogue: Catalogue): Schema {
  const root = inputRoot(node, catalogue);
  return schemaAt(root, baseOf(name), name);
}

/**
 * Return the names of the node's input pins that links may end at, without dynamic ones;
 * undefined where nobody can know them.
 */
export function inputNames(
  node: NodeDocument,
  catalogue: Catalogue,
): readonly string[] | undefined {
  return namesIn(node, "input_schema", "inputSchema", catalogue);
}

/** Return the names of the output pins that links may begin at; undefined where nobody can know. */
export function outputNames(
  node: NodeDocument,
  catalogue: Catalogue,
): readonly string[] | undefined {
  const names = namesIn(node, "output_schema", "outputSchema", catalogue);
  return names && [...new Set([...names, ERROR_PIN])];
}

/** Return the values that stand in for what no link brings, by pin. Of an agent: its inputs. */
export function valuesOf(node: NodeDocument, catalogue: Catalogue): JsonObject {
  if (kindOf(node, catalogue) !== "Agent") return node.input_default;
  const inputs = node.input_default.inputs ?? node.input_default.data;
  return isObject(inputs) ? inputs : {};
}

/** Return the node with other values; the counterpart of `valuesOf`. */
export function withValues(
  node: NodeDocument,
  values: JsonObject,
  catalogue: Catalogue,
): NodeDocument {
  if (values === valuesOf(node, catalogue)) return node;
  if (kindOf(node, catalogue) !== "Agent") return { ...node, input_default: values };
  const named = withKeyRenamed(node.input_default, "data", "inputs");
  return { ...node, input_default: withKey(named, "inputs", values) };
}

/** Return the name for one more dynamic pin: the next item of a list, or a free key. */
export function nextDynamicPin(
  node: NodeDocument,
  document: GraphDocument,
  catalogue: Catalogue,
  pin: Pin,
  wanted = "key",
): string | undefined {
  if (!pin.grows) return undefined;
  const taken = new Set(pinsOf(node, document, catalogue).inputs.map((one) => one.name));
  const held = isArray(pin.value) ? pin.value.length : 0;
  if (pin.grows === "list") {
    for (let index = held; ; index++) {
      const name = pinBelow(pin.name, "list", String(index));
      if (!taken.has(name)) return name;
    }
  }
  for (let number = 1; ; number++) {
    const key = number === 1 ? wanted : `${wanted}_${number}`;
    const name = pinBelow(pin.name, pin.grows, key);
    const inValue = isObject(pin.value) && Object.hasOwn(pin.value, key);
    if (!taken.has(name) && !inValue) return name;
  }
}

interface Kept {
  readonly block_id: string;
  readonly catalogue: Catalogue;
  readonly into: readonly LinkDocument[];
  readonly outOf: readonly LinkDocument[];
  readonly pins: NodePins;
}

// By the node's values, which stay the same object while a node is dragged, and its id: a copy of a
// node shares its values.
const kept = new WeakMap<object, Map<string, Kept>>();

function inputPins(
  node: NodeDocument,
  into: readonly LinkDocument[],
  catalogue: Catalogue,
): readonly Pin[] {
  const root = inputRoot(node, catalogue);
  const values = valuesOf(node, catalogue);
  const names = [
    ...(kindOf(node, catalogue) === "MCP Tool" ? argumentPins(node) : []),
    ...Object.keys(values).filter(isDynamic),
    ...into.map((link) => link.sink_name),
  ];
  return withGrown(root, names, new Set(into.map((link) => link.sink_name)), values);
}

function outputPins(
  node: NodeDocument,
  outOf: readonly LinkDocument[],
  catalogue: Catalogue,
): readonly Pin[] {
  const root = outputRoot(node, catalogue);
  const names = outOf.map((link) => link.source_name);
  return withGrown(root, names, new Set(names), {});
}

/** Return the declared pins, each followed by the dynamic ones below it. */
function withGrown(
  root: JsonObject,
  names: readonly string[],
  linked: ReadonlySet<string>,
  values: JsonObject,
): readonly Pin[] {
  const declared = propertiesOf(root);
  const grown = new Map<string, string[]>();
  for (const name of new Set(names)) {
    if (declared.has(name)) continue;
    const base = baseOf(name);
    grown.set(base, [...(grown.get(base) ?? []), name]);
  }
  const bases = [...declared.keys(), ...[...grown.keys()].filter((base) => !declared.has(base))];
  return bases.flatMap((base) => [
    ...(declared.has(base) ? [pin(root, base, base, linked, values)] : []),
    ...(grown.get(base) ?? []).sort(byPath).map((name) => pin(root, base, name, linked, values)),
  ]);
}

function pin(
  root: JsonObject,
  base: string,
  name: string,
  linked: ReadonlySet<string>,
  values: JsonObject,
): Pin {
  const schema = schemaAt(root, base, name);
  const { part } = resolved(schema);
  const own = name === base;
  const last = stepsOf(name)?.at(-1);
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  return {
    name,
    base,
    title: own ? titleOf(part, name) : (last?.name ?? name),
    description: typeof part.description === "string" ? part.description : "",
    schema,
    required: own
      ? isRequired(root, base) && part.hidden !== true
      : isRequiredArgument(schema, base, name),
    advanced: own && part.advanced === true,
    hidden: own && part.hidden === true,
    secret: part.secret === true,
    placeholder: typeof part.placeholder === "string" ? part.placeholder : undefined,
    grows: growthOf(schema),
    isDynamic: !own,
    linked: linked.has(name),
    value,
    fallback: own ? part.default : undefined,
  };
}

function titleOf(part: JsonObject, name: string): string {
  const title = part.title;
  return typeof title === "string" && title ? title : name;
}

function schemaAt(root: JsonObject, base: string, name: string): Schema {
  let schema: Schema = { part: propertiesOf(root).get(base) ?? {}, root };
  if (name === base || baseOf(name) !== base) return resolved(schema);
  schema = { part: argumentsIn(root, base) ?? schema.part, root };
  for (const step of stepsOf(name) ?? []) {
    const wanted = step.kind === "list" ? "array" : "object";
    const inside = alternatives(schema).find(({ part }) => part.type === wanted);
    if (!inside) return { part: {}, root };
    schema = step.kind === "list" ? itemsOf(inside) : entryOf(inside, step.name);
  }
  return resolved(schema);
}

/** Return which kind of dynamic pins a value of the schema has inside. */
function growthOf(schema: Schema): Dynamic | null {
  if ("credentials_provider" in schema.part) return null; // a key is chosen as a whole
  for (const { part } of alternatives(schema)) {
    if (part.type === "array") return "list";
    if (part.type === "object") return isObject(part.properties) ? "object" : "dict";
  }
  return null;
}

function inputRoot(node: NodeDocument, catalogue: Catalogue): JsonObject {
  const block = catalogue.get(node.block_id);
  if (block?.uiType === "Agent") return remembered(node, "input_schema");
  if (block?.uiType === "MCP Tool") return withTool(block.inputSchema, node);
  return block?.inputSchema ?? {};
}

function outputRoot(node: NodeDocument, catalogue: Catalogue): JsonObject {
  const block = catalogue.get(node.block_id);
  if (block?.uiType !== "Agent") return block?.outputSchema ?? {};
  return withErrorPin(remembered(node, "output_schema"));
}

const withError = new WeakMap<object, JsonObject>();

function withErrorPin(schema: JsonObject): JsonObject {
  const known = withError.get(schema);
  if (known) return known;
  const properties = isObject(schema.properties) ? schema.properties : {};
  const error = { title: "Error", type: "string", description: "Why the agent failed, if it did" };
  const made = {
    ...schema,
    properties: { ...properties, [ERROR_PIN]: properties[ERROR_PIN] ?? error },
  };
  withError.set(schema, made);
  return made;
}

/** Return the schema of a sub-agent that its node remembers. */
function remembered(node: NodeDocument, key: string): JsonObject {
  const schema = node.input_default[key];
  return isObject(schema) ? schema : {};
}

function namesIn(
  node: NodeDocument,
  agentKey: "input_schema" | "output_schema",
  blockKey: "inputSchema" | "outputSchema",
  catalogue: Catalogue,
): readonly string[] | undefined {
  const block = catalogue.get(node.block_id);
  if (!block) return undefined;
  if (block.uiType !== "Agent") return [...propertiesOf(block[blockKey]).keys()];
  const schema = node.input_default[agentKey];
  if (!isObject(schema)) return undefined;
  return isObject(schema.properties) ? Object.keys(schema.properties) : [];
}

const byPath = new Intl.Collator("en", { numeric: true }).compare;

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
  return (
    one === other || (one.length === other.length && one.every((item, i) => item === other[i]))
  );
}
