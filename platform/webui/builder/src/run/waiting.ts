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

/** Return what is worth telling of one node. */
export function ofNode(waiting: readonly Waiting[], node: string): readonly Waiting[] {
  return telling(waiting).filter(({ node_id }) => node_id === node);
}

/** Return the reason without the node's title in front of it, for a place that shows the title. */
export function reasonOf({ reason, node_title }: Waiting): string {
  const title = `${node_title ?? ""}: `;
  return node_title && reason.startsWith(title) ? reason.slice(title.length) : reason;
}
