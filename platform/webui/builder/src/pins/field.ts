/**
 * Which control asks for a value, by its JSON Schema.
 *
 * The forms of the Django pages decide the same for the inputs of a run (`webui/forms/schema.py`);
 * a change here is a change there.
 */
import { isArray, isObject, type Json, type JsonObject } from "@/graph/json";
import type { Pin } from "@/graph/pins";
import { alternatives, itemsOf, resolved, type Schema } from "@/graph/schema";

export type Control =
  | "text"
  | "long-text"
  | "number"
  | "integer"
  | "toggle"
  | "choice"
  | "date"
  | "time"
  | "date-time"
  | "file"
  | "credentials"
  | "table"
  | "list"
  | "object"
  | "dictionary"
  | "variant"
  | "any"
  | "json";

/** What an any-typed value may be. */
export type Kind = "text" | "number" | "toggle" | "json";

/** One value as its control needs to know it. */
export interface Field {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly control: Control;
  readonly required: boolean;
  /** What holds without a value; undefined where nothing does. Null is nothing. */
  readonly default: Json | undefined;
  readonly placeholder: string;
  readonly secret: boolean;
  readonly advanced: boolean;
  /** The platform fills it, and nobody else. */
  readonly hidden: boolean;
  readonly choices: readonly Json[];
  /** What an any-typed value may be, the likeliest first. */
  readonly kinds: readonly Kind[];
  /** The columns of a table. */
  readonly columns: readonly string[];
  /** The schemas to choose from, where a key says which one holds. */
  readonly variants: readonly Variant[];
  /** The key that says which variant holds. */
  readonly discriminator: string;
  /** The schema, with its reference followed and the alternative "nothing" left out. */
  readonly schema: Schema;
}

export interface Variant {
  readonly value: string;
  readonly title: string;
  readonly schema: Schema;
}

const MOST_COLUMNS = 20;
const SCALARS = new Set(["string", "number", "integer", "boolean"]);

const FORMATS: ReadonlyMap<string, Control> = new Map<string, Control>([
  ["short-text", "text"],
  ["long-text", "long-text"],
  ["date", "date"],
  ["time", "time"],
  ["date-time", "date-time"],
  ["file", "file"],
]);

const TYPES: ReadonlyMap<string, Control> = new Map<string, Control>([
  ["string", "text"],
  ["number", "number"],
  ["integer", "integer"],
  ["boolean", "toggle"],
  ["array", "list"],
]);

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["string", "text"],
  ["number", "number"],
  ["integer", "number"],
  ["boolean", "toggle"],
  ["array", "json"],
  ["object", "json"],
]);
const ALL_KINDS: readonly Kind[] = ["text", "number", "toggle", "json"];

/** Return the fields of an object's schema, in its order. */
export function fieldsOf(schema: Schema): Field[] {
  const { part, root } = plain(schema);
  const required = isArray(part.required) ? part.required : [];
  const properties = isObject(part.properties) ? part.properties : {};
  return Object.entries(properties).map(([name, member]) =>
    fieldOf(name, { part: isObject(member) ? member : {}, root }, required.includes(name)),
  );
}

/** Return how to ask for the value of a pin. */
export function fieldOfPin(pin: Pin): Field {
  const title = pin.title === pin.name && !pin.isDynamic ? words(pin.name) : pin.title;
  return { ...fieldOf(pin.name, pin.schema, pin.required), title };
}

/** Return how to ask for one value. */
export function fieldOf(name: string, schema: Schema, required = false): Field {
  const { part, root } = plain(schema);
  const variants = variantsOf({ part, root });
  const columns = columnsOf({ part, root });
  const fallback = part.default ?? undefined;
  return {
    name,
    // A schema that is only referred to is titled as a type, not as this value.
    title: text(schema.part.title) || words(name),
    description: text(part.description),
    control: controlOf(name, part, variants, columns),
    required,
    default: fallback,
    placeholder: text(part.placeholder),
    secret: part.secret === true,
    advanced: part.advanced === true,
    hidden: part.hidden === true,
    choices: choicesOf(part),
    kinds: kindsOf({ part, root }, fallback),
    columns,
    variants,
    discriminator: discriminatorOf(part),
    schema: { part, root },
  };
}

/** Return how to ask for an item of a list. */
export function itemField(field: Field, name: string): Field {
  return fieldOf(name, itemsOf(field.schema));
}

/** Return how to ask for the value of an entry of a dictionary. */
export function entryField(field: Field, name: string): Field {
  const part = field.schema.part.additionalProperties;
  return fieldOf(name, { part: isObject(part) ? part : {}, root: field.schema.root });
}

/** Return the schema with its reference followed and the alternative "nothing" left out. */
export function plain(schema: Schema): Schema {
  const found = resolved(schema);
  const [only, ...others] = alternatives(found);
  if (!only || others.length > 0 || only.part === found.part) return found;
  const { anyOf: _any, oneOf: _one, type: _type, ...beside } = found.part;
  return { part: { ...only.part, ...beside }, root: found.root };
}

/** Return a name of a pin as a label: `use_user_timezone` is "Use user timezone". */
export function words(name: string): string {
  const spaced = name.replaceAll("_", " ").trim();
  return spaced ? spaced.charAt(0).toUpperCase() + spaced.slice(1) : name;
}

function controlOf(
  name: string,
  part: JsonObject,
  variants: readonly Variant[],
  columns: readonly string[],
): Control {
  if (isCredentials(name, part)) return "credentials";
  if (choicesOf(part).length > 0) return "choice";
  if (variants.length > 0) return "variant";
  if (columns.length > 0) return "table";
  const type = part.type;
  if (type === "object") return hasProperties(part) ? "object" : "dictionary";
  if (typeof type !== "string") return isArray(part.oneOf) ? "json" : "any";
  if (type === "string") return FORMATS.get(text(part.format)) ?? "text";
  return TYPES.get(type) ?? "json";
}

function isCredentials(name: string, part: JsonObject): boolean {
  return name === "credentials" || name.endsWith("_credentials") || "credentials_provider" in part;
}

function hasProperties(part: JsonObject): boolean {
  return isObject(part.properties) && Object.keys(part.properties).length > 0;
}

function choicesOf(part: JsonObject): readonly Json[] {
  if (isArray(part.enum)) return part.enum;
  return part.const === undefined ? [] : [part.const];
}

/** Return the columns of a list of flat objects; none where a table would be no help. */
function columnsOf(schema: Schema): readonly string[] {
  const { part, root } = plain(itemsOf(schema));
  if (!isObject(part.properties)) return [];
  const columns = Object.entries(part.properties);
  const isFlat = columns.every(
    ([, column]) => isObject(column) && SCALARS.has(typeText({ part: column, root })),
  );
  return isFlat && columns.length <= MOST_COLUMNS ? columns.map(([name]) => name) : [];
}

function discriminatorOf(part: JsonObject): string {
  const discriminator = part.discriminator;
  return isObject(discriminator) ? text(discriminator.propertyName) : "";
}

function variantsOf(schema: Schema): readonly Variant[] {
  const key = discriminatorOf(schema.part);
  if (!key) return [];
  return alternatives(schema).flatMap((variant) => {
    const properties = variant.part.properties;
    const named = isObject(properties) ? properties[key] : undefined;
    const value = isObject(named) ? (named.const ?? named.default) : undefined;
    return typeof value === "string" ? [{ value, title: words(value), schema: variant }] : [];
  });
}

function kindsOf(schema: Schema, fallback: Json | undefined): readonly Kind[] {
  const named = alternatives(schema).map((one) => KINDS.get(typeText(one)));
  const known = [...new Set(named.filter((kind) => kind !== undefined))];
  const kinds = named.includes(undefined) ? ALL_KINDS : known;
  const likely = fallback === undefined ? undefined : kindOf(fallback);
  if (likely === undefined || !kinds.includes(likely)) return kinds;
  return [likely, ...kinds.filter((kind) => kind !== likely)];
}

function typeText(schema: Schema): string {
  return text(plain(schema).part.type);
}

/** Return the kind that a value is of. */
export function kindOf(value: Json): Kind {
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "toggle" : "json";
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
