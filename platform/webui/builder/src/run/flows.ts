/** What goes through links: the values that their source pins gave. */

import { baseOf, isDynamic, stepsOf, type Step } from "@/graph/pinnames";
import type { NodeRuns, PinFlow } from "@/run/events";

/**
 * Return what the node gave on the pin; undefined for nothing.
 *
 * A pin that leads inside a value gives the part there, or nothing where it is missing.
 */
export function flowOf(runs: NodeRuns | undefined, pin: string): PinFlow | undefined {
  const whole = runs?.flows.get(pin);
  if (!runs || whole || !isDynamic(pin)) return whole;
  const flow = runs.flows.get(baseOf(pin));
  return flow && partOf(flow, pin);
}

// One part for each pin below a flow, so that a component sees the same object until it changes.
const parts = new WeakMap<PinFlow, Map<string, PinFlow | undefined>>();

function partOf(flow: PinFlow, pin: string): PinFlow | undefined {
  const known = parts.get(flow) ?? new Map<string, PinFlow | undefined>();
  parts.set(flow, known);
  if (!known.has(pin)) {
    const last = (stepsOf(pin) ?? []).reduce(below, flow.last);
    known.set(pin, last === undefined ? undefined : { count: flow.count, last });
  }
  return known.get(pin);
}

function below(value: unknown, { kind, name }: Step): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (kind === "list") return Array.isArray(value) ? (value[Number(name)] as unknown) : undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
