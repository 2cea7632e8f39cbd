/** JSON values as types, and what can be asked of them. */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !isRawNumber(value)
  );
}

export function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** Return whether two values are the same JSON value; the order of an object's keys does not count. */
export function jsonEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (isArray(one) || isArray(other)) {
    if (!isArray(one) || !isArray(other) || one.length !== other.length) return false;
    return one.every((item, index) => jsonEqual(item, other[index]));
  }
  if (isRawNumber(one) || isRawNumber(other))
    return isRawNumber(one) && isRawNumber(other) && one.rawJSON === other.rawJSON;
  if (!isObject(one) || !isObject(other)) return false;
  const keys = definedKeys(one);
  return (
    keys.length === definedKeys(other).length &&
    keys.every((key) => other[key] !== undefined && jsonEqual(one[key], other[key]))
  );
}

/** Return the object without a key; the object itself where it has no such key. */
export function without<T extends JsonObject>(object: T, key: string): T {
  if (!Object.hasOwn(object, key)) return object;
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as T;
}

/** Return the object with the key set, or without it for `undefined`; itself where nothing changes. */
export function withKey<T extends JsonObject>(object: T, key: string, value: Json | undefined): T {
  if (value === undefined) return without(object, key);
  if (Object.hasOwn(object, key) && jsonEqual(object[key], value)) return object;
  // A computed key of an object literal may be "__proto__" without touching the prototype.
  return { ...object, [key]: value };
}

/** Return the object with one key under another name, in its place. */
export function withKeyRenamed<T extends JsonObject>(object: T, from: string, to: string): T {
  if (!Object.hasOwn(object, from) || from === to) return object;
  const entries = Object.entries(object).filter(([name]) => name !== to);
  return Object.fromEntries(
    entries.map(([name, value]) => [name === from ? to : name, value]),
  ) as T;
}

function definedKeys(object: JsonObject): string[] {
  return Object.keys(object).filter((key) => object[key] !== undefined);
}

/** A whole number with more digits than a JavaScript number holds, kept as it is written. */
export interface RawNumber {
  readonly rawJSON: string;
}

interface ExactJSON {
  rawJSON?: (text: string) => RawNumber;
  isRawJSON?: (value: unknown) => value is RawNumber;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
}

// Browsers have these for some years; TypeScript's library does not yet.
const exact = JSON as unknown as ExactJSON;

/**
 * Return the text's value, with large whole numbers as `RawNumber`: an id such as
 * 1234567890123456789 would otherwise change by opening and saving. `JSON.stringify` writes them back.
 */
export function parseWhole(text: string): unknown {
  const { rawJSON } = exact;
  if (!rawJSON || !/\d{16}/.test(text)) return JSON.parse(text) as unknown;
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? "")
      ? rawJSON(source ?? "")
      : value,
  );
}

export function isRawNumber(value: unknown): value is RawNumber {
  return exact.isRawJSON?.(value) ?? false;
}
