/** Numbers as people type them. */

const WHOLE = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i;

/**
 * Return the number that a text is, or null. A comma is read as the decimal sign.
 *
 * A whole number with more digits than a number can hold here stays text: the server keeps each
 * digit of it.
 */
export function readNumber(text: string): number | string | null {
  const digits = text.trim();
  if (!NUMBER.test(digits)) return null;
  const number = Number(digits.replace(",", "."));
  if (!Number.isFinite(number)) return null;
  return WHOLE.test(digits) && !Number.isSafeInteger(number) ? digits.replace("+", "") : number;
}
