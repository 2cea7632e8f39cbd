/** What the JSON Schema of a pin says: references followed, "or null" set aside. */
import type { Json, JsonObject } from "@/graph/document";
import { isArray, isObject } from "@/graph/json";

/** A schema on its own: its references followed one level, its definitions at hand. */
export interface Schema {
  readonly part: JsonObject;
  /** The whole schema that `$ref`s of the part point into. */
  readonly root: JsonObject;
}

export type TypeName = "string" | "number" | "integer" | "boolean" | "array" | "object" | "null";

const DEEPEST = 32;

/** Return the schema that the part stands for: where it only refers to another one, that one. */
export function resolved({ part, root }: Schema): Schema {
  let found = part;
  for (let step = 0; step < DEEPEST; step++) {
    const next = referred(found, root) ?? onlyOne(found);
    if (next === undefined) return { part: found, root };
    // What stands beside the reference (title, default, advanced …) speaks of this place.
    const { $ref: _ref, allOf: _allOf, ...beside } = found;
    found = { ...next, ...beside };
  }
  return { part: {}, root };
}

function referred(part: JsonObject, root: JsonObject): JsonObject | undefined {
  const reference = part.$ref;
  if (typeof reference !== "string") return undefined;
  if (!reference.startsWith("#/")) return {};
  let found: Json | undefined = root;
  for (const step of reference.slice(2).split("/")) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    found = isObject(found) ? found[key] : undefined;
  }
  return isObject(found) ? found : {};
}

function onlyOne(part: JsonObject): JsonObject | undefined {
  const all = part.allOf;
  const [only] = isArray(all) && all.length === 1 ? all : [];
  return isObject(only) ? only : undefined;
}

/** Return the alternatives of a schema, null left out; the schema itself where it has none. */
export function alternatives(schema: Schema): readonly Schema[] {
  const { part, root } = resolved(schema);
  const members = part.anyOf ?? part.oneOf;
  if (isArray(members))
    return members
      .filter(isObject)
      .flatMap((member) => alternatives({ part: member, root }))
      .filter((member) => member.part.type !== "null");
  const types = part.type;
  if (isArray(types))
    return types
      .filter((type) => type !== "null")
      .map((type) => ({ part: { ...part, type }, root }));
  return [{ part, root }];
}

/** Return whether null is a value of the schema. */
export function takesNull(schema: Schema): boolean {
  const { part, root } = resolved(schema);
  const types = part.type;
  if (types === "null" || (isArray(types) && types.includes("null"))) return true;
  const members = part.anyOf ?? part.oneOf;
  if (isArray(members))
    return members.filter(isObject).some((member) => takesNull({ part: member, root }));
  return isAnything({ part, root });
}

/** Return whether the schema forbids nothing. */
export function isAnything(schema: Schema): boolean {
  const { part } = resolved(schema);
  return ["type", "anyOf", "oneOf", "enum", "const"].every((key) => part[key] === undefined);
}

/** Return the one type of a schema without alternatives; undefined where it does not say. */
export function typeOf(schema: Schema): TypeName | undefined {
  const { part } = resolved(schema);
  const type = part.type;
  return typeof type === "string" ? (type as TypeName) : undefined;
}

/** Return the schema of a list's items; anything where it does not say. */
export function itemsOf(schema: Schema): Schema {
  const { part, root } = resolved(schema);
  return { part: isObject(part.items) ? part.items : {}, root };
}

/** Return the schema of an object's entry; anything where it does not say. */
export function entryOf(schema: Schema, name: string): Schema {
  const { part, root } = resolved(schema);
  const properties = part.properties;
  const own =
    isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  const rest = part.additionalProperties;
  return { part: isObject(own) ? own : isObject(rest) ? rest : {}, root };
}

/** Return the values that a choice allows, or undefined where the schema is no choice. */
export function choicesOf(schema: Schema): readonly Json[] | undefined {
  const { part } = resolved(schema);
  if (isArray(part.enum)) return part.enum;
  return part.const === undefined ? undefined : [part.const];
}

export function isRequired(schema: JsonObject, name: string): boolean {
  const required = schema.required;
  return isArray(required) && required.includes(name);
}
