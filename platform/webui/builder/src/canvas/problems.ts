/** Problems by the node that they are shown on. */
import type { Problem } from "@/graph/problems";

const indexes = new WeakMap<readonly Problem[], ReadonlyMap<string, readonly Problem[]>>();

/** Return the problems of each node that has some. Built once for each list. */
export function problemsByNode(
  problems: readonly Problem[],
): ReadonlyMap<string, readonly Problem[]> {
  const known = indexes.get(problems);
  if (known) return known;
  const made = new Map<string, Problem[]>();
  for (const problem of problems) {
    if (problem.node_id === undefined) continue;
    const found = made.get(problem.node_id);
    if (found) found.push(problem);
    else made.set(problem.node_id, [problem]);
  }
  indexes.set(problems, made);
  return made;
}
