/**
 * Does a typed value fit its pin? As the server sees it when the node runs: the value is first
 * bent to the pin's type (`blocks/sdk/conversion.py`), then validated.
 *
 * `tests/unit/blocks/pin_cases.json` holds cases that both sides must agree on.
 */
import type { Json, JsonObject } from "@/graph/document";
import { isArray, isObject, isRawNumber, jsonEqual } from "@/graph/json";
import {
  alternatives,
  choicesOf,
  entryOf,
  isAnything,
  isRequired,
  itemsOf,
  type Schema,
} from "@/graph/schema";

export interface Misfit {
  /** An error makes the node fail; with a warning it runs, probably not as meant. */
  readonly severity: "error" | "warning";
  /** Continues a sentence that begins with the pin. */
  readonly sentence: string;
}

/** Return what is wrong with a value on a pin of the schema. Null counts as not given. */
export function misfit(value: Json, schema: Schema): Misfit | undefined {
  if (value === null || isRawNumber(value) || isAnything(schema)) return undefined;
  const found = alternatives(schema).map((one) => misfitOfOne(value, one));
  if (found.length === 0 || found.includes(undefined)) return undefined;
  return found.find((one) => one?.severity === "warning") ?? found[0];
}

function misfitOfOne(value: Json, schema: Schema): Misfit | undefined {
  const choices = choicesOf(schema);
  if (choices) {
    if (choices.some((choice) => jsonEqual(choice, value))) return undefined;
    return error(`must be one of ${listed(choices)}.`);
  }
  switch (schema.part.type) {
    case "string":
      return textMisfit(value, schema.part);
    case "integer":
    case "number":
      return numberMisfit(value, schema.part);
    case "boolean":
      return flagMisfit(value);
    case "array":
      return listMisfit(value, schema);
    case "object":
      return objectMisfit(value, schema);
    default:
      return undefined;
  }
}

function textMisfit(value: Json, part: JsonObject): Misfit | undefined {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const readable = typeof part.format === "string" ? FORMATS[part.format] : undefined;
  if (readable && (typeof value !== "string" || !readable.reads(value)))
    return error(`must be ${readable.example}.`);
  const length = Array.from(text).length; // as the server counts: characters, not UTF-16 units
  const { minLength, maxLength } = part;
  if (typeof minLength === "number" && length < minLength)
    return error(`must have ${minLength} characters or more.`);
  if (typeof maxLength === "number" && length > maxLength)
    return error(`must have ${maxLength} characters or fewer.`);
  return undefined;
}

interface Format {
  readonly example: string;
  reads(text: string): boolean;
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,6})?)?(Z|z|[+-]\d{2}:?\d{2})?$/;

const FORMATS: Readonly<Record<string, Format>> = {
  date: { example: "a date such as 2026-12-31", reads: isDay },
  time: { example: "a time such as 14:30", reads: (text) => CLOCK.test(text) },
  "date-time": {
    example: "a date and time such as 2026-12-31T14:30:00Z",
    reads: (text) =>
      isDay(text) ||
      (isDay(text.slice(0, 10)) && /[Tt _]/.test(text.charAt(10)) && CLOCK.test(text.slice(11))),
  },
};

function isDay(text: string): boolean {
  const [, year, month, day] = DAY.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined || year === 0) return false;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function numberMisfit(value: Json, part: JsonObject): Misfit | undefined {
  if (isArray(value) || isObject(value))
    return warning("takes a number: this counts as its length.");
  if (typeof value === "string" && !NUMBER.test(value.trim()))
    return warning("takes a number: this text counts as 0.");
  const exact = Number(typeof value === "string" ? value.replaceAll("_", "") : value);
  if (!Number.isFinite(exact)) return error("is a number that is too large.");
  const number = part.type === "integer" ? Math.trunc(exact) : exact;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = part;
  if (typeof minimum === "number" && number < minimum) return error(`must be ${minimum} or more.`);
  if (typeof maximum === "number" && number > maximum) return error(`must be ${maximum} or less.`);
  if (typeof exclusiveMinimum === "number" && number <= exclusiveMinimum)
    return error(`must be more than ${exclusiveMinimum}.`);
  if (typeof exclusiveMaximum === "number" && number >= exclusiveMaximum)
    return error(`must be less than ${exclusiveMaximum}.`);
  if (number !== exact) return warning(`takes a whole number: this counts as ${number}.`);
  return undefined;
}

const NUMBER = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function flagMisfit(value: Json): Misfit | undefined {
  if (typeof value !== "string" || ["true", "false", "1", "0", ""].includes(value.toLowerCase()))
    return undefined;
  return warning("takes true or false: this text counts as false.");
}

function listMisfit(value: Json, schema: Schema): Misfit | undefined {
  const items = asList(value);
  const { minItems, maxItems } = schema.part;
  if (typeof minItems === "number" && items.length < minItems)
    return error(`must have ${minItems} items or more.`);
  if (typeof maxItems === "number" && items.length > maxItems)
    return error(`must have ${maxItems} items or fewer.`);
  return firstOf(items.map((item, index) => [`item ${index + 1}`, misfit(item, itemsOf(schema))]));
}

/** Return the list that the server makes of a value. */
function asList(value: Json): readonly Json[] {
  if (isArray(value)) return value;
  if (isObject(value)) return Object.entries(value).map(([key, member]) => [key, member ?? null]);
  if (typeof value === "string" && /^\s*\[[^]*\]\s*$/.test(value)) {
    const parsed = parse(value);
    if (isArray(parsed)) return parsed;
  }
  return [value];
}

function objectMisfit(value: Json, schema: Schema): Misfit | undefined {
  const { part } = schema;
  const isModel = isObject(part.properties);
  // A model is left to validation; only free dictionaries are made of other values.
  if (isModel && !isObject(value)) return error("must be an object.");
  const object = asObject(value);
  const properties = isObject(part.properties) ? Object.keys(part.properties) : [];
  const missing = properties.find((name) => isRequired(part, name) && object[name] === undefined);
  if (missing !== undefined) return error(`lacks \`${missing}\`.`);
  const members = Object.entries(object).map(([name, member]) => {
    const found = member === undefined ? undefined : misfit(member, entryOf(schema, name));
    return [
      `\`${name}\``,
      isModel ? asMember(found, member, entryOf(schema, name)) : found,
    ] as const;
  });
  return firstOf(members);
}

/** Return what is wrong with a member of a model: there nothing is bent, only validated. */
function asMember(
  found: Misfit | undefined,
  value: Json | undefined,
  schema: Schema,
): Misfit | undefined {
  if (found) return { ...found, severity: "error" };
  const isText = alternatives(schema).every((one) => one.part.type === "string");
  const isGiven = value !== undefined && value !== null && typeof value !== "string";
  return isText && isGiven ? error("must be text.") : undefined;
}

function asObject(value: Json): JsonObject {
  if (isObject(value)) return value;
  const parsed = typeof value === "string" ? parse(value) : undefined;
  return isObject(parsed) ? parsed : { value: parsed ?? value };
}

function firstOf(found: readonly (readonly [string, Misfit | undefined])[]): Misfit | undefined {
  const errors = found.find(([, one]) => one?.severity === "error");
  const [where, first] = errors ?? found.find(([, one]) => one) ?? [];
  return (
    first && { severity: first.severity, sentence: `does not fit: ${where} ${first.sentence}` }
  );
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function listed(choices: readonly Json[]): string {
  const shown = choices.slice(0, 10).map((choice) => JSON.stringify(choice));
  return choices.length > shown.length ? `${shown.join(", ")}, …` : shown.join(", ");
}

function error(sentence: string): Misfit {
  return { severity: "error", sentence };
}

function warning(sentence: string): Misfit {
  return { severity: "warning", sentence };
}
