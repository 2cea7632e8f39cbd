/** What waits for what, in the server's words. */

export interface Waiting {
  /** Null where it is about the run as a whole. */
  readonly node_exec_id: string | null;
  readonly node_id: string | null;
  readonly node_title: string | null;
  readonly status: string;
  readonly pins: readonly string[];
  /** Never changes: "inputs", "no_worker", "review", … */
  readonly kind: string;
  readonly reason: string;
  readonly since: string | null;
  readonly help: string;
}

/** What goes its way is no news. */
const QUIET = new Set(["running", "queued"]);

/** Return what is worth telling. */
export function telling(waiting: readonly Waiting[]): readonly Waiting[] {
  return waiting.filter(({ kind }) => !QUIET.has(kind));
}

/** Return what is worth telling by node; a node's list stays the same object while it says the same. */
export function byNode(
  waiting: readonly Waiting[],
  before: ReadonlyMap<string, readonly Waiting[]>,
): ReadonlyMap<string, readonly Waiting[]> {
  const found = new Map<string, readonly Waiting[]>();
  for (const one of telling(waiting)) {
    if (one.node_id !== null) found.set(one.node_id, [...(found.get(one.node_id) ?? []), one]);
  }
  for (const [node, some] of found) {
    const known = before.get(node);
    if (known && JSON.stringify(known) === JSON.stringify(some)) found.set(node, known);
  }
  return found;
}

/** Return the reason without the node's title in front of it, for a place that shows the title. */
export function reasonOf({ reason, node_title }: Waiting): string {
  const title = `${node_title ?? ""}: `;
  return node_title && reason.startsWith(title) ? reason.slice(title.length) : reason;
}
