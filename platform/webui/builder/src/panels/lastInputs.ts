/** The inputs that somebody gave an agent last, in this browser. Never secrets. */
import { isObject, type JsonObject } from "@/graph/json";
import type { Field } from "@/pins/field";

const LONGEST = 20_000; // characters of one value: what is larger is chosen anew

/** Return what was given last, of the inputs that the agent still has. */
export function lastInputs(agent: string, fields: readonly Field[]): JsonObject {
  const kept = readKept(agent);
  const known = fields
    .filter((field) => !field.secret && kept[field.name] !== undefined)
    .map((field) => [field.name, kept[field.name]] as const);
  return Object.fromEntries(known);
}

/** Keep the inputs for the next time, but for secrets and what is large. */
export function rememberInputs(agent: string, fields: readonly Field[], inputs: JsonObject): void {
  const secret = new Set(fields.filter((field) => field.secret).map((field) => field.name));
  const kept = Object.entries(inputs).filter(
    ([name, value]) => !secret.has(name) && JSON.stringify(value).length <= LONGEST,
  );
  try {
    localStorage.setItem(keyOf(agent), JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // No room, or no storage in this browser: then they are typed again.
  }
}

function readKept(agent: string): JsonObject {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(agent)) ?? "{}");
    return isObject(kept) ? kept : {};
  } catch {
    return {};
  }
}

function keyOf(agent: string): string {
  return `trellis:inputs:${agent}`;
}
