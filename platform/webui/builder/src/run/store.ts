/**
 * The run that the builder shows.
 *
 * Events may come by the thousand. They are folded into the state a portion per frame, so that the
 * page never stands still for them, and a component renders only if the slice that it shows changed:
 * a node's or a link's (see `run/context`).
 */

import { createStore, type StoreApi } from "zustand/vanilla";

import {
  applyEvents,
  emptyRun,
  isFinal,
  type NodeRun,
  type RunEvent,
  type RunState,
} from "@/run/events";
import { pacedFrames } from "@/run/frames";
import { follow, type Connection, type Following, type FollowOptions } from "@/run/socket";
import { byNode, type Waiting } from "@/run/waiting";

export interface RunView {
  /** The run that is shown; null for none. */
  readonly state: RunState | null;
  readonly connection: Connection;
  /** What waits for what, as the server last said. */
  readonly waiting: readonly Waiting[];
  /** The same by node, without what goes its way. */
  readonly waitingNodes: ReadonlyMap<string, readonly Waiting[]>;
  /** Whether what is shown happens now, not long ago. */
  readonly isLive: boolean;
  /** The node execution that is looked at. */
  readonly chosen: string | null;
}

export interface RunActions {
  /** Show this run from its first event on, and follow it. */
  show(id: string): void;
  /** Follow the run again, after it was retried or the connection was refused. */
  resume(): void;
  /** Try to connect at once. */
  reconnect(): void;
  /** Show no run. */
  leave(): void;
  choose(nodeRun: string | null): void;
}

export type RunStore = StoreApi<RunView & RunActions>;

export interface RunStoreOptions {
  readonly follow?: (options: FollowOptions) => Following;
  readonly schedule?: (callback: () => void) => () => void;
  /** Ask what the run waits for. */
  readonly askWaiting?: (run: string) => Promise<readonly Waiting[]>;
}

const MOST_AT_ONCE = 250; // events at a time
const PACE = 80; // ms between two portions
const SILENCE = 10_000; // ms after the end of a run in which somebody may still retry it
const RECENT = 30_000; // ms
const LOOK_AGAIN = 5_000; // ms between two looks at what waits
const LOOK_SOON = 400; // ms after something began to wait
const NOTHING: RunView = {
  state: null,
  connection: { state: "ended" },
  waiting: [],
  waitingNodes: new Map(),
  isLive: false,
  chosen: null,
};

/** Return a store that shows no run yet. */
export function createRunStore(options: RunStoreOptions = {}): RunStore {
  const store = createStore<RunView & RunActions>()((set, get) => {
    let following: Following | null = null;
    let looking: Looking | null = null;
    let queue: RunEvent[] = [];
    let callOff: (() => void) | null = null;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const schedule = options.schedule ?? pacedFrames(PACE);

    function begin(id: string, since: number): void {
      following = (options.follow ?? follow)({
        run: id,
        since,
        onEvent(event) {
          queue.push(event);
          callOff ??= schedule(fold);
        },
        onConnection: (connection) => set({ connection }),
      });
      if (options.askWaiting) {
        const { askWaiting } = options;
        looking = new Looking(
          () => askWaiting(id),
          (waiting) => set({ waiting, waitingNodes: byNode(waiting, get().waitingNodes) }),
        );
      }
    }

    function end(): void {
      clearTimeout(silence);
      callOff?.();
      callOff = null;
      queue = [];
      following?.end();
      following = null;
      looking?.end();
      looking = null;
    }

    function fold(): void {
      callOff = null;
      const { state } = get();
      if (!state) return;
      const events = queue.slice(0, MOST_AT_ONCE);
      queue = queue.slice(MOST_AT_ONCE);
      const next = applyEvents(state, events);
      set({ state: next, isLive: isRecent(events.at(-1)) });
      if (queue.length > 0) callOff = schedule(fold);
      afterFold(next, events);
    }

    function afterFold(state: RunState, events: readonly RunEvent[]): void {
      clearTimeout(silence);
      if (state.run && isFinal(state.run.status)) {
        looking?.soon();
        looking?.rest();
        silence = setTimeout(end, SILENCE);
      } else {
        looking?.watch();
        if (events.some(beginsToWait)) looking?.soon();
      }
    }

    return {
      ...NOTHING,

      show(id) {
        if (get().state?.id === id && following) return;
        end();
        set({ ...NOTHING, state: emptyRun(id) });
        begin(id, 0);
      },

      resume() {
        const { state } = get();
        if (!state) return;
        end(); // what was queued is asked for again
        begin(state.id, state.seq);
      },

      reconnect() {
        if (following) following.retry();
        else get().resume();
      },

      leave() {
        end();
        set(NOTHING);
      },

      choose(nodeRun) {
        set({ chosen: nodeRun });
      },
    };
  });
  return store;
}

/** Clocks of a browser and a server may differ by some seconds. */
function isRecent(event: RunEvent | undefined): boolean {
  const created = event?.created ? Date.parse(event.created) : 0;
  return Math.abs(Date.now() - created) < RECENT;
}

function beginsToWait(event: RunEvent): boolean {
  return event.type === "node_execution_event" && event.data.status === "WAITING";
}

/** Asks now and then what waits, one question at a time. */
class Looking {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due = 0;
  private every = 0;
  private isAsking = false;
  private isOver = false;

  constructor(
    private readonly ask: () => Promise<readonly Waiting[]>,
    private readonly tell: (waiting: readonly Waiting[]) => void,
  ) {}

  /** Look from time to time. */
  watch(): void {
    if (this.every > 0) return;
    this.every = LOOK_AGAIN;
    this.within(LOOK_AGAIN);
  }

  /** Look no more than what is due. */
  rest(): void {
    this.every = 0;
  }

  soon(): void {
    this.within(LOOK_SOON);
  }

  end(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private within(ms: number): void {
    if (this.isOver || this.isAsking) return;
    const due = Date.now() + ms;
    if (this.timer !== undefined && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => void this.look(), ms);
  }

  private async look(): Promise<void> {
    this.timer = undefined;
    this.isAsking = true;
    try {
      const waiting = await this.ask();
      if (!this.isOver) this.tell(waiting);
    } catch {
      // The page says already that the connection is lost.
    } finally {
      this.isAsking = false;
    }
    if (this.every > 0) this.within(this.every);
  }
}

/** Return a node execution of the run by its id. */
export function findNodeRun(state: RunState | null, id: string): NodeRun | undefined {
  for (const runs of state?.nodes.values() ?? []) {
    const index = runs.places.get(id);
    if (index !== undefined) return runs.executions[index];
  }
  return undefined;
}
