/** In which ways can a value be shown? What a block gives may be anything, and is never trusted. */

import { readReference } from "@/api/files";
import { isObject } from "@/graph/json";
import { isRawNumber } from "@/run/json";
import { parseDataUri } from "@/run/values/datauri";

export type Kind = "text" | "markdown" | "link" | "image" | "table" | "json" | "file";

/** What the server sends in place of a value that is too long for an event. */
export interface Shortened {
  readonly truncated: true;
  readonly bytes: number;
  readonly start: string;
}

/** How a run's files are named: for their content. */
const FILE = /^[0-9a-f]{64}(\.[A-Za-z0-9.]{1,12})?$/;
const PICTURE_FILE = /\.(png|jpe?g|gif|webp)$/i;
const PICTURES = /^image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml)$/;
const WEB = /^https?:\/\/[^\s<>"'`]+$/i;
const LONGEST_LINK = 2000;
const LONGEST_MARKDOWN = 200_000;
const FEWEST_ROWS = 2;
const MOST_COLUMNS = 60;

const SIGNS_OF_MARKDOWN: readonly RegExp[] = [
  /^#{1,6} \S/m, // a heading
  /^ {0,3}(```|~~~)/m, // code
  /^\|? *:?-{3,}:? *\|/m, // a table
  /\*\*\S[^*]*\*\*/, // strong words
  /\[[^\]\n]+\]\([^)\s]+\)/, // a link
  /^ {0,3}[-*+] \S.*\n+ {0,3}[-*+] \S/m, // a list of two or more
  /^ {0,3}\d+[.)] \S.*\n+ {0,3}\d+[.)] \S/m,
  /^ {0,3}> \S/m, // a quotation
];

/** Return the ways in which the value can be shown, the one that shows most first. */
export function kindsOf(value: unknown): readonly [Kind, ...Kind[]] {
  if (typeof value === "string") return kindsOfText(value);
  if (typeof value !== "object" || value === null || isRawNumber(value)) return ["text"];
  return tableOf(value) ? ["table", "json"] : ["json"];
}

function kindsOfText(text: string): readonly [Kind, ...Kind[]] {
  if (FILE.test(text))
    return PICTURE_FILE.test(text) ? ["image", "file", "text"] : ["file", "text"];
  const sent = readReference(text);
  if (sent) return PICTURE_FILE.test(sent.name) ? ["image", "file", "text"] : ["file", "text"];
  const uri = parseDataUri(text);
  if (uri) return PICTURES.test(uri.mediaType) ? ["image", "file", "text"] : ["file", "text"];
  if (text.length < LONGEST_LINK && WEB.test(text)) return ["link", "text"];
  if (text.length > LONGEST_MARKDOWN) return ["text"];
  if (SIGNS_OF_MARKDOWN.some((sign) => sign.test(text))) return ["markdown", "text"];
  return ["text"];
}

/** Return whether the value stands for a longer one. */
export function isShortened(value: unknown): value is Shortened {
  return (
    isObject(value) &&
    value.truncated === true &&
    typeof value.start === "string" &&
    typeof value.bytes === "number" &&
    Object.keys(value).length === 3
  );
}

/** Return whether the string is the name of a file of its run. */
export function isRunFile(text: string): boolean {
  return FILE.test(text);
}

export interface Table {
  /** Empty where the rows are lists: they have no names for their columns. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Return the value as a table: a list of objects that share their keys, or of lists of one length. */
export function tableOf(value: unknown): Table | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const items = value as unknown[];
  if (items.every((item) => isPlainObject(item))) return tableOfObjects(items);
  const rows = items.filter((item): item is unknown[] => Array.isArray(item));
  const width = rows[0]?.length ?? 0;
  const fits = rows.length === items.length && rows.every((row) => row.length === width);
  if (!fits || rows.length < FEWEST_ROWS || width === 0 || width > MOST_COLUMNS) return null;
  return rows.every((row) => row.every(isSmall)) ? { columns: [], rows } : null;
}

function tableOfObjects(items: readonly Record<string, unknown>[]): Table | null {
  const columns = [...new Set(items.flatMap((item) => Object.keys(item)))];
  if (columns.length === 0 || columns.length > MOST_COLUMNS) return null;
  const cells = items.reduce((sum, item) => sum + Object.keys(item).length, 0);
  if (cells * 2 < columns.length * items.length) return null; // they have too little in common
  const rows = items.map((item) =>
    columns.map((name) => (Object.hasOwn(item, name) ? item[name] : undefined)),
  );
  return { columns, rows };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !isRawNumber(value)
  );
}

function isSmall(value: unknown): boolean {
  return typeof value !== "object" || value === null || isRawNumber(value);
}
