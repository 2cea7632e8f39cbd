/**
 * A run as the fold of its events.
 *
 * Events are numbered per run without gaps. One that was seen before changes nothing, and one that
 * comes too early is left out: whoever feeds the fold asks again for what came after `seq`. So any
 * beginning of the events, taken up again from its last number, gives the same run.
 */

export type NodeStatus =
  "INCOMPLETE" | "QUEUED" | "RUNNING" | "WAITING" | "COMPLETED" | "FAILED" | "TERMINATED";
export type RunStatus = "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "TERMINATED";

export interface Failure {
  readonly code?: string;
  readonly message?: string;
}

export interface RunData {
  readonly id: string;
  readonly graph_id: string;
  readonly graph_version: number;
  readonly graph_name?: string;
  /** A draft ran, which was begun on the version. */
  readonly of_draft?: boolean;
  readonly status: RunStatus;
  readonly created_at: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly stats?: { readonly node_exec_count: number; readonly node_error_count: number };
  readonly error: Failure | null;
  readonly note?: string;
  /** With the run's end: each name's values; null where they were removed. */
  readonly outputs?: Values | null;
}

export type Values = Readonly<Record<string, readonly unknown[]>>;

export interface WaitsFor {
  readonly kind?: string;
  readonly execution?: string;
  readonly review?: string;
  readonly [member: string]: unknown;
}

export interface NodeData {
  readonly node_exec_id: string;
  readonly node_id: string;
  readonly node_title?: string;
  readonly block_id?: string | null;
  readonly status: NodeStatus;
  readonly attempt?: number;
  readonly tries?: number;
  readonly last_error?: Failure | null;
  readonly add_time?: string | null;
  readonly queue_time?: string | null;
  readonly start_time?: string | null;
  readonly end_time?: string | null;
  readonly error?: Failure | null;
  readonly reused_from?: string | null;
  readonly pinned?: boolean;
  readonly child_exec_id?: string | null;
  readonly input_data: Readonly<Record<string, unknown>> | null;
  readonly output_data: Values | null;
  readonly note?: string;
  readonly waits_for?: WaitsFor;
  readonly reason?: string;
}

interface Numbered {
  readonly seq: number;
  /** When it was recorded. */
  readonly created: string | null;
}

export type RunEvent =
  | (Numbered & { readonly type: "graph_execution_event"; readonly data: RunData })
  | (Numbered & { readonly type: "node_execution_event"; readonly data: NodeData })
  | (Numbered & { readonly type: "other" }); // of a kind that only a newer builder knows

/** What happened to a node execution, for its log. */
export interface Step {
  readonly seq: number;
  readonly status: NodeStatus;
  readonly at: string | null;
  readonly text: string;
}

/** Values that left one pin: how many, and the newest `MOST_KEPT` of them. */
export interface PinValues {
  readonly count: number;
  readonly kept: readonly unknown[];
}

/** One execution of a node. */
export interface NodeRun {
  readonly id: string;
  readonly node: string;
  readonly title: string;
  readonly status: NodeStatus;
  readonly tries: number;
  readonly lastError: Failure | null;
  readonly error: Failure | null;
  readonly addedAt: string | null;
  readonly queuedAt: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly isReused: boolean;
  readonly isPinned: boolean;
  /** Null where retention removed the values. */
  readonly inputs: Readonly<Record<string, unknown>> | null;
  readonly outputs: ReadonlyMap<string, PinValues>;
  readonly waitsFor: WaitsFor | null;
  readonly reason: string;
  /** The run of the agent that the node started, also after that has ended. */
  readonly child: string | null;
  readonly steps: readonly Step[];
}

/** What one pin of a node gave in all its executions; links show it. */
export interface PinFlow {
  readonly count: number;
  readonly last: unknown;
}

export type Counts = Readonly<Partial<Record<NodeStatus, number>>>;

/** All executions of one node. */
export interface NodeRuns {
  readonly status: NodeStatus;
  readonly counts: Counts;
  /** In the order in which they were first heard of. */
  readonly executions: readonly NodeRun[];
  /** Where an execution stands among these, by its id. */
  readonly places: ReadonlyMap<string, number>;
  /** By pin. */
  readonly flows: ReadonlyMap<string, PinFlow>;
}

export interface RunState {
  readonly id: string;
  /** The number of the newest event. */
  readonly seq: number;
  readonly run: RunData | null;
  readonly nodes: ReadonlyMap<string, NodeRuns>;
  /** Each node execution's node and place there, in the order in which they were first heard of. */
  readonly order: readonly Place[];
}

export interface Place {
  readonly node: string;
  readonly index: number;
}

export const MOST_KEPT = 50;
const MOST_STEPS = 200;

const FINAL: ReadonlySet<string> = new Set(["COMPLETED", "FAILED", "TERMINATED"]);

/** Of several executions of a node, the first of these that any has tells most. */
const TELLING: readonly NodeStatus[] = [
  "RUNNING",
  "WAITING",
  "QUEUED",
  "FAILED",
  "TERMINATED",
  "COMPLETED",
  "INCOMPLETE",
];

export function isFinal(status: NodeStatus | RunStatus): boolean {
  return FINAL.has(status);
}

/** Return a run of which nothing is known yet. */
export function emptyRun(id: string): RunState {
  return { id, seq: 0, run: null, nodes: new Map(), order: [] };
}

/** Fold one event into the run; a repeated event changes nothing, and neither does a premature one. */
export function applyEvent(state: RunState, event: RunEvent): RunState {
  return applyEvents(state, [event]);
}

/** Fold events into the run, copying what they change once for all of them. */
export function applyEvents(state: RunState, events: readonly RunEvent[]): RunState {
  const fold = new Fold(state);
  for (const event of events) fold.take(event);
  return fold.result();
}

/** Return the node executions in the order in which they were first heard of. */
export function inOrder(state: RunState): NodeRun[] {
  return state.order.flatMap(({ node, index }) => state.nodes.get(node)?.executions[index] ?? []);
}

interface Draft {
  counts: Partial<Record<NodeStatus, number>>;
  executions: NodeRun[];
  places: Map<string, number>;
  flows: Map<string, PinFlow>;
}

class Fold {
  private seq: number;
  private run: RunData | null;
  private readonly drafts = new Map<string, Draft>();
  private readonly opened: Place[] = [];

  constructor(private readonly before: RunState) {
    this.seq = before.seq;
    this.run = before.run;
  }

  take(event: RunEvent): void {
    if (event.seq !== this.seq + 1) return;
    this.seq = event.seq;
    if (event.type === "graph_execution_event") this.run = event.data;
    else if (event.type === "node_execution_event") this.takeNode(event.data, event);
  }

  result(): RunState {
    if (this.seq === this.before.seq) return this.before;
    let { nodes, order } = this.before;
    if (this.drafts.size > 0) {
      const changed = new Map(nodes);
      for (const [node, draft] of this.drafts) changed.set(node, finished(draft));
      nodes = changed;
    }
    if (this.opened.length > 0) order = [...order, ...this.opened];
    return { id: this.before.id, seq: this.seq, run: this.run, nodes, order };
  }

  private takeNode(data: NodeData, event: Numbered): void {
    const draft = this.draft(data.node_id);
    const place = draft.places.get(data.node_exec_id);
    const before = place === undefined ? undefined : draft.executions[place];
    const now = changedRun(before, data, event);
    if (before) {
      draft.counts[before.status] = (draft.counts[before.status] ?? 1) - 1;
    }
    draft.counts[now.status] = (draft.counts[now.status] ?? 0) + 1;
    if (place === undefined) {
      const index = draft.executions.length;
      draft.places.set(now.id, index);
      draft.executions.push(now);
      this.opened.push({ node: data.node_id, index });
    } else {
      draft.executions[place] = now;
    }
    for (const [pin, values] of Object.entries(data.output_data ?? {})) {
      if (values.length === 0) continue;
      const count = (draft.flows.get(pin)?.count ?? 0) + values.length;
      draft.flows.set(pin, { count, last: values[values.length - 1] });
    }
  }

  private draft(node: string): Draft {
    let draft = this.drafts.get(node);
    if (!draft) {
      const old = this.before.nodes.get(node);
      draft = {
        counts: { ...old?.counts },
        executions: [...(old?.executions ?? [])],
        places: new Map(old?.places),
        flows: new Map(old?.flows),
      };
      this.drafts.set(node, draft);
    }
    return draft;
  }
}

function finished(draft: Draft): NodeRuns {
  const status = TELLING.find((one) => draft.counts[one]) ?? "QUEUED";
  return { status, ...draft };
}

function changedRun(before: NodeRun | undefined, data: NodeData, event: Numbered): NodeRun {
  const waits = data.status === "WAITING";
  const step: Step = {
    seq: event.seq,
    status: data.status,
    at: event.created,
    text: stepText(before, data),
  };
  const steps = [...(before?.steps ?? []).slice(-(MOST_STEPS - 1)), step];
  return {
    id: data.node_exec_id,
    node: data.node_id,
    title: data.node_title ?? before?.title ?? "",
    status: data.status,
    tries: data.tries ?? 1,
    lastError: data.last_error ?? null,
    error: data.error ?? null,
    addedAt: data.add_time ?? null,
    queuedAt: data.queue_time ?? null,
    startedAt: data.start_time ?? null,
    endedAt: data.end_time ?? null,
    isReused: Boolean(data.reused_from),
    isPinned: data.pinned ?? false,
    inputs: data.input_data,
    outputs: moreOutputs(before?.outputs, data.output_data),
    waitsFor: waits ? (data.waits_for ?? null) : null,
    reason: waits ? (data.reason ?? "") : "",
    child: data.child_exec_id ?? before?.child ?? null,
    steps,
  };
}

/** Return what the event adds to the status: why it waits, why it failed, what somebody noted. */
function stepText(before: NodeRun | undefined, data: NodeData): string {
  if (data.note) return data.note;
  if (data.status === "WAITING") return data.reason ?? "";
  if (data.status === "FAILED") return data.error?.message ?? "";
  if (data.reused_from) return "taken over from the run that this one replays";
  const given = Object.entries(data.output_data ?? {}).flatMap(([pin, { length }]) =>
    length === 0 ? [] : [length === 1 ? pin : `${pin} × ${length}`],
  );
  if (given.length > 0) return `gave ${given.join(", ")}`;
  const tries = data.tries ?? 1;
  return data.status === "RUNNING" && tries > 1 && before ? `try ${tries}` : "";
}

function moreOutputs(
  before: ReadonlyMap<string, PinValues> | undefined,
  added: Values | null,
): ReadonlyMap<string, PinValues> {
  const pins = Object.entries(added ?? {}).filter(([, values]) => values.length > 0);
  if (before && pins.length === 0) return before;
  const outputs = new Map(before);
  for (const [pin, values] of pins) {
    const old = outputs.get(pin) ?? { count: 0, kept: [] };
    const kept = [...old.kept, ...values].slice(-MOST_KEPT);
    outputs.set(pin, { count: old.count + values.length, kept });
  }
  return outputs;
}
