/**
 * What an agent takes and gives, derived from its input and output nodes.
 *
 * The counterpart of `agents/engine/schemas.py`; both read `tests/unit/agents/engine/surfaces.json`.
 */
import { nodesOfKind, propertiesOf, type Block, type Catalogue } from "@/graph/catalogue";
import { enabledPart, type GraphDocument, type NodeDocument } from "@/graph/document";
import { isArray, isObject, type Json, type JsonObject } from "@/graph/json";
import { alternatives } from "@/graph/schema";

const VALUE = "value";
const OF_THE_BLOCK: ReadonlySet<string> = new Set([
  "title",
  "description",
  "default",
  "advanced",
  "secret",
  "hidden",
  "placeholder",
]);

/** Return the JSON Schema of what a run of the graph takes, by input name. */
export function inputSchemaOf(document: GraphDocument, catalogue: Catalogue): JsonObject {
  return surface(document, "Input", catalogue);
}

/** Return the JSON Schema of what a run of the graph gives, by output name. */
export function outputSchemaOf(document: GraphDocument, catalogue: Catalogue): JsonObject {
  return surface(document, "Output", catalogue);
}

/**
 * Return what an input adds to the schema of its value: the choices of a dropdown, the columns of
 * a table, else the format of the text. The counterpart of the blocks' `value_schema`.
 */
export function valueSchemaOf(values: JsonObject, block: Block): JsonObject {
  const pins = propertiesOf(block.inputSchema);
  if (pins.has("options")) return choices(values);
  if (pins.has("column_headers")) return table(values);
  const [format] = alternatives({ part: valuePin(block), root: block.inputSchema })
    .map((one) => one.part.format)
    .filter((one) => one !== undefined);
  return format === undefined ? {} : { format };
}

function surface(
  document: GraphDocument,
  kind: "Input" | "Output",
  catalogue: Catalogue,
): JsonObject {
  const properties = new Map<string, JsonObject>();
  const required = new Set<string>();
  let definitions: JsonObject = {};
  for (const node of nodesOfKind(enabledPart(document), kind, catalogue)) {
    const block = catalogue.get(node.block_id);
    const name = node.input_default.name;
    if (!block || typeof name !== "string") continue;
    const value = valueOf(node, block);
    if (!properties.has(name)) properties.set(name, propertyOf(node, block, name, value));
    definitions = { ...definitions, ...definitionsOf(block) };
    if (value === undefined) required.add(name);
  }
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    required: [...required],
    ...(Object.keys(definitions).length > 0 ? { $defs: definitions } : {}),
  };
}

function propertyOf(
  node: NodeDocument,
  block: Block,
  name: string,
  value: Json | undefined,
): JsonObject {
  const given = node.input_default;
  const part = Object.fromEntries(
    Object.entries(valuePin(block)).filter(([key]) => !OF_THE_BLOCK.has(key)),
  );
  return {
    ...part,
    ...valueSchemaOf(given, block),
    title: text(given.title) || name,
    ...(text(given.description) ? { description: text(given.description) } : {}),
    secret: given.secret === true,
    advanced: given.advanced === true && value !== undefined,
    ...(value === undefined ? {} : { default: value }),
  };
}

function valuePin(block: Block): JsonObject {
  return propertiesOf(block.inputSchema).get(VALUE) ?? {};
}

/** Return the named schemas that the value pin may refer to. */
function definitionsOf(block: Block): JsonObject {
  const definitions = block.inputSchema.$defs;
  const refers = JSON.stringify(valuePin(block)).includes("$ref");
  return refers && isObject(definitions) ? definitions : {};
}

/** Return the node's value, or the block's where the node has none. */
function valueOf(node: NodeDocument, block: Block): Json | undefined {
  return node.input_default[VALUE] ?? valuePin(block).default ?? undefined;
}

function choices(values: JsonObject): JsonObject {
  const options = isFilled(values.options) ? values.options : values.placeholder_values;
  const all = isArray(options) ? options : [];
  const unique = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
  return unique.length > 0 ? { enum: unique } : {};
}

const DEFAULT_HEADERS = ["Column 1", "Column 2", "Column 3"];

function table(values: JsonObject): JsonObject {
  const headers = isArray(values.column_headers) ? values.column_headers : DEFAULT_HEADERS;
  const columns = headers.map((header): [string, JsonObject] => [
    typeof header === "string" ? header : JSON.stringify(header),
    { type: "string" },
  ]);
  return { format: "table", items: { type: "object", properties: Object.fromEntries(columns) } };
}

/** Return whether there is anything in it, as Python's `or` asks. */
function isFilled(value: Json | undefined): boolean {
  if (isArray(value)) return value.length > 0;
  return isObject(value) ? Object.keys(value).length > 0 : Boolean(value);
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
