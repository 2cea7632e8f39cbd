/** The outputs of a node execution as the document keeps them. */

import type { Json } from "@/graph/json";
import type { NodeRun } from "@/run/events";
import { parseExact } from "@/run/json";
import type { Outputs } from "@/run/requests";
import { isShortened } from "@/run/values/kinds";
import { valueUrl } from "@/run/values/places";
import type { BuilderUrls } from "@/settings";

/** Return all values that it gave, whole: what events left out or shortened is asked for. */
export async function outputsToPin(urls: BuilderUrls, of: string, run: NodeRun): Promise<Outputs> {
  const pins = await Promise.all(
    Array.from(run.outputs, async ([pin, { count, kept }]) => {
      const isWhole = count === kept.length && !kept.some(isShortened);
      const values = isWhole ? (kept as readonly Json[]) : await allValues(urls, of, run.id, pin);
      return [pin, values] as const;
    }),
  );
  return Object.fromEntries(pins);
}

async function allValues(
  urls: BuilderUrls,
  run: string,
  nodeRun: string,
  output: string,
): Promise<readonly Json[]> {
  const response = await fetch(valueUrl(urls, { run, nodeRun, output }));
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const values = parseExact(await response.text());
  if (!Array.isArray(values)) throw new Error("These are not the values of a pin.");
  return values as readonly Json[];
}
