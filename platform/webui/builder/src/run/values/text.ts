/** Values as text. */

import { isRawNumber, jsonText } from "@/run/json";
import { isShortened } from "@/run/values/kinds";

const ONE_LINE = 120;
const UNITS = ["bytes", "KB", "MB", "GB"];

/** Return a string as it is, and anything else as JSON. */
export function fullText(value: unknown): string {
  if (isShortened(value)) return value.start;
  return typeof value === "string" ? value : jsonText(value);
}

/** Return the value in one short line. */
export function oneLine(value: unknown, longest = ONE_LINE): string {
  if (value === undefined) return "";
  if (isShortened(value)) return cut(value.start, longest, true);
  if (typeof value === "string") return cut(value, longest);
  if (typeof value !== "object" || value === null || isRawNumber(value))
    return cut(JSON.stringify(value), longest);
  return cut(compactJson(value, longest * 2), longest);
}

/** Return a number of bytes as people say it. */
export function bytes(count: number): string {
  let size = count;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit] ?? ""}`;
}

function cut(text: string, longest: number, isCut = false): string {
  const start = text.slice(0, longest * 4);
  const line = start.split(/\s+/).join(" ").trim();
  if (line.length < longest && start.length === text.length && !isCut) return line;
  return `${line.slice(0, longest - 1)}…`;
}

/** Return about the first characters of the value's JSON, without writing all of a large value. */
function compactJson(value: object, longest: number): string {
  if (Array.isArray(value)) {
    const parts: string[] = [];
    let length = 0;
    for (const item of value as unknown[]) {
      const part = partText(item, longest - length);
      parts.push(part);
      length += part.length + 2;
      if (length > longest) break;
    }
    return `[${parts.join(", ")}]`;
  }
  const parts: string[] = [];
  let length = 0;
  for (const [key, item] of Object.entries(value)) {
    const part = `${key}: ${partText(item, longest - length)}`;
    parts.push(part);
    length += part.length + 2;
    if (length > longest) break;
  }
  return `{${parts.join(", ")}}`;
}

function partText(value: unknown, longest: number): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, Math.max(longest, 1)));
  if (typeof value !== "object" || value === null || isRawNumber(value))
    return JSON.stringify(value);
  return longest > 0 ? compactJson(value, longest) : "…";
}
