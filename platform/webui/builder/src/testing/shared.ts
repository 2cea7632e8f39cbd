/** Cases that the Python tests hold against the server too. */
import { readFileSync } from "node:fs";

/** Return the JSON file of cases at a path below the repository's `tests/`. */
export function sharedCases(path: string): unknown {
  const file = new URL(`../../../../../tests/${path}`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf-8"));
}
