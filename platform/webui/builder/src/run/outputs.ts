/** The run's outputs by name, as they come. */

import type { NodeRun, RunState } from "@/run/events";
import type { Place } from "@/run/values/places";

export interface Output {
  readonly value: unknown;
  /** Unknown for what only the run's end told. */
  readonly place?: Place;
}

export interface NamedOutputs {
  readonly name: string;
  readonly outputs: readonly Output[];
}

/** Return what reached the output blocks; what the run's end told where these are not known. */
export function outputsOf(state: RunState, isOutput: (node: string) => boolean): NamedOutputs[] {
  const found = new Map<string, Output[]>();
  for (const [node, { executions }] of state.nodes) {
    if (!isOutput(node)) continue;
    for (const run of executions) {
      const name = nameOf(run);
      if (name === null) continue;
      const place = { run: state.id, nodeRun: run.id, input: "value" };
      found.set(name, [...(found.get(name) ?? []), { value: run.inputs?.value ?? null, place }]);
    }
  }
  for (const [name, values] of Object.entries(state.run?.outputs ?? {})) {
    if (!found.has(name))
      found.set(
        name,
        values.map((value) => ({ value })),
      );
  }
  return Array.from(found, ([name, outputs]) => ({ name, outputs }));
}

function nameOf({ inputs, status }: NodeRun): string | null {
  if (!inputs || status === "INCOMPLETE" || !("name" in inputs)) return null;
  return typeof inputs.name === "string" ? inputs.name : JSON.stringify(inputs.name);
}
