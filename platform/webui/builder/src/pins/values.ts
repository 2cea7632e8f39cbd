/** Values as text: for placeholders, summaries and controls. */
import { readReference } from "@/api/files";
import { isArray, isObject, type Json } from "@/graph/json";

const LONGEST_SUMMARY = 60;

/** Return the value as a person would type it. */
export function fullText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** Return the value in a few words, on one line. */
export function summary(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return fileSummary(value) ?? cut(value);
  if (isArray(value)) return value.length === 0 ? "empty list" : cut(JSON.stringify(value));
  return Object.keys(value).length === 0 ? "no entries" : cut(JSON.stringify(value));
}

function cut(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  return line.length <= LONGEST_SUMMARY ? line : `${line.slice(0, LONGEST_SUMMARY - 1)}…`;
}

/** A file in a `data:` URI, as far as its address tells. */
export interface DataFile {
  readonly type: string;
  readonly size: number;
}

/** Return what a `data:` URI holds, or null where the text is none. */
export function dataFile(uri: string): DataFile | null {
  const comma = uri.indexOf(",");
  if (!uri.startsWith("data:") || comma < 0) return null;
  const [type = "", ...parameters] = uri.slice("data:".length, comma).split(";");
  const length = uri.length - comma - 1;
  const padding = uri.endsWith("==") ? 2 : uri.endsWith("=") ? 1 : 0;
  const size = parameters.includes("base64") ? Math.floor((length * 3) / 4) - padding : length;
  return { type: type || "text/plain", size };
}

/** A file that a value carries, or names by a reference. */
export interface Held {
  /** Which of my files it is; undefined for one that the value carries. */
  readonly id?: string;
  /** What it was called; empty where nothing says it. */
  readonly name: string;
  readonly type?: string;
  readonly size?: number;
}

/** Return the file that the text carries or names; null for any other text. */
export function heldFile(text: string): Held | null {
  const carried = dataFile(text);
  return carried ? { name: "", ...carried } : readReference(text);
}

function fileSummary(text: string): string | null {
  const file = heldFile(text);
  if (!file) return null;
  return file.name ? cut(file.name) : `${file.type ?? ""}, ${sizeText(file.size ?? 0)}`;
}

/** Return a number of bytes for people. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const units = ["KB", "MB", "GB"];
  let size = bytes / 1024;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit] ?? ""}`;
}

/** Return whether the value is a list of flat objects, which a table can show. */
export function isTable(value: Json): value is readonly Readonly<Record<string, Json>>[] {
  return isArray(value) && value.every(isObject);
}
