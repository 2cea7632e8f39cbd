/** JSON as it was written: a number keeps its digits, so that 42.0 does not become 42. */

interface RawJSON {
  readonly rawJSON: string;
}

interface ExactJSON {
  rawJSON?: (text: string) => RawJSON;
  isRawJSON?: (value: unknown) => value is RawJSON;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
}

// Browsers have these for some years; TypeScript's library does not yet.
const exact = JSON as unknown as ExactJSON;

// A number that JavaScript may write otherwise: a fraction that ends in 0, an exponent, many digits.
const PECULIAR = /\d\.\d*0(?!\d)|\d[eE]|\d{16}|-0(?!\.)|\d\.\d{15}/;

/** Return the text's value. Numbers that JavaScript would write otherwise stay as they are written. */
export function parseExact(text: string): unknown {
  const { rawJSON } = exact;
  if (!rawJSON || !PECULIAR.test(text)) return JSON.parse(text) as unknown;
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source
      ? rawJSON(source)
      : value,
  );
}

/** Return whether the value is a number that is kept as it was written. */
export function isRawNumber(value: unknown): value is RawJSON {
  return exact.isRawJSON?.(value) ?? false;
}

/** Return the value as indented JSON. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
