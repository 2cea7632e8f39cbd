/**
 * The arguments of an MCP server's tool, as pins of the node that calls it.
 *
 * The node remembers the tool's schema (`tool_input_schema`). Each argument is a dynamic pin of
 * `tool_arguments`, so that it has a field and takes links.
 */
import { propertiesOf } from "@/graph/catalogue";
import type { JsonObject, NodeDocument } from "@/graph/document";
import { isArray, isObject } from "@/graph/json";
import { pinBelow, stepsOf } from "@/graph/pinnames";
import { isRequired, type Schema } from "@/graph/schema";

export const ARGUMENTS = "tool_arguments";

/** Return the schema of the tool that the node calls; undefined before one is chosen. */
export function toolSchema(node: NodeDocument): JsonObject | undefined {
  const schema = node.input_default.tool_input_schema;
  return isObject(schema) && isObject(schema.properties) ? schema : undefined;
}

/** Return the pins that the tool's arguments are. */
export function argumentPins(node: NodeDocument): readonly string[] {
  const schema = toolSchema(node);
  if (!schema) return [];
  return [...propertiesOf(schema).keys()]
    .map((name) => pinBelow(ARGUMENTS, "dict", name))
    .filter((pin) => stepsOf(pin)?.length === 1); // a name may hold a delimiter itself
}

/** Return the block's schema with the tool's at hand; the very same object for the same two. */
export function withTool(block: JsonObject, node: NodeDocument): JsonObject {
  const tool = toolSchema(node);
  if (!tool) return block;
  const known = made.get(tool);
  if (known?.block === block) return known.root;
  const root: JsonObject = {
    ...block,
    $defs: { ...definitions(block.$defs), ...definitions(tool.$defs) },
    definitions: definitions(tool.definitions),
    [TOOL]: {
      type: "object",
      properties: tool.properties ?? {},
      required: isArray(tool.required) ? tool.required : [],
    },
  };
  made.set(tool, { block, root });
  return root;
}

/** Return what the tool says of its arguments, where the root has a tool. */
export function argumentsIn(root: JsonObject, pin: string): JsonObject | undefined {
  const found = pin === ARGUMENTS ? root[TOOL] : undefined;
  return isObject(found) ? found : undefined;
}

/** Return whether the tool cannot do without the argument that the pin is. */
export function isRequiredArgument({ root }: Schema, base: string, name: string): boolean {
  const tool = argumentsIn(root, base);
  const [step, ...further] = stepsOf(name) ?? [];
  return tool !== undefined && step !== undefined && further.length === 0
    ? isRequired(tool, step.name)
    : false;
}

const TOOL = "x-trellis-tool";

const made = new WeakMap<JsonObject, { readonly block: JsonObject; readonly root: JsonObject }>();

function definitions(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
