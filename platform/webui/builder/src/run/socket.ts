/** One run's events over the WebSocket: each once, in order, also when the connection breaks. */

import type { NodeData, RunData, RunEvent } from "@/run/events";
import { parseExact } from "@/run/json";

const HEARTBEAT = 20_000; // ms
const PATIENCE = 10_000; // ms without an answer, and the connection counts as lost
const LONGEST_WAIT = 30_000; // ms between two attempts
const STEADY = 5_000; // ms that a connection holds before a further break counts as the first
const SIGNED_OUT = new Set([4001, 4003]);

export type Connection =
  | { readonly state: "connecting" | "open" | "signed out" | "refused" | "ended" }
  | { readonly state: "lost"; readonly retryAt: number };

export interface FollowOptions {
  readonly run: string;
  /** The number of the newest event that is known already. */
  readonly since: number;
  readonly url?: string;
  readonly onEvent: (event: RunEvent) => void;
  readonly onConnection: (connection: Connection) => void;
}

export interface Following {
  /** Connect now instead of at the next attempt. */
  readonly retry: () => void;
  readonly end: () => void;
}

/** Follow a run from the event after `since`, through broken connections, until `end` is called. */
export function follow(options: FollowOptions): Following {
  const feed = new Feed(options);
  feed.begin();
  return { retry: () => feed.retry(), end: () => feed.end() };
}

type Timer = "heartbeat" | "patience" | "again" | "steady";

class Feed {
  private seq: number;
  private socket: WebSocket | null = null;
  private attempts = 0;
  private isAsking = false; // for the events after `seq`; what comes before the answer is older talk
  private readonly timers = new Map<Timer, ReturnType<typeof setTimeout>>();
  private readonly url: string;

  constructor(private readonly options: FollowOptions) {
    this.seq = options.since;
    this.url = options.url ?? feedUrl(location);
  }

  begin(): void {
    addEventListener("online", this.retry);
    this.options.onConnection({ state: "connecting" });
    this.connect();
  }

  readonly retry = (): void => {
    if (!this.socket) this.connect();
  };

  end(state: "ended" | "signed out" | "refused" = "ended"): void {
    removeEventListener("online", this.retry);
    this.stopTimers();
    const { socket } = this;
    this.socket = null;
    socket?.close();
    this.options.onConnection({ state });
  }

  private connect(): void {
    this.stopTimers();
    const socket = new WebSocket(this.url);
    this.socket = socket;
    // A socket that was given up may still speak: only the present one counts.
    const present =
      <E>(listener: (event: E) => void) =>
      (event: E) => {
        if (this.socket === socket) listener(event);
      };
    socket.addEventListener(
      "open",
      present(() => this.begun()),
    );
    socket.addEventListener(
      "message",
      present((event: MessageEvent<string>) => this.receive(event.data)),
    );
    socket.addEventListener(
      "close",
      present((event: CloseEvent) => this.lose(event.code)),
    );
    this.expectAnswer();
  }

  private begun(): void {
    this.subscribe();
    this.time(
      "heartbeat",
      setInterval(() => {
        this.send("heartbeat", "ping");
        this.expectAnswer();
      }, HEARTBEAT),
    );
  }

  private subscribe(): void {
    this.isAsking = true;
    this.send("subscribe_graph_execution", {
      graph_exec_id: this.options.run,
      since: this.seq,
    });
  }

  private receive(text: string): void {
    this.clear("patience");
    const message = read(text);
    if (message.method === "error") {
      this.end("refused");
    } else if (message.method === "subscribe_graph_execution") {
      this.isAsking = false;
      this.options.onConnection({ state: "open" });
      this.time(
        "steady",
        setTimeout(() => (this.attempts = 0), STEADY),
      );
    } else {
      this.take(message);
    }
  }

  private take(message: Message): void {
    const event = eventOf(message);
    if (!event || event.seq <= this.seq) return;
    if (event.seq > this.seq + 1) {
      if (!this.isAsking) this.subscribe(); // something is missing before it
      return;
    }
    this.seq = event.seq;
    this.options.onEvent(event);
  }

  private expectAnswer(): void {
    this.time(
      "patience",
      setTimeout(() => this.lose(), PATIENCE),
    );
  }

  private lose(code?: number): void {
    if (code !== undefined && SIGNED_OUT.has(code)) {
      this.end("signed out");
      return;
    }
    this.stopTimers();
    const { socket } = this;
    this.socket = null;
    socket?.close();
    const wait = Math.min(1000 * 2 ** this.attempts, LONGEST_WAIT) * (0.8 + 0.4 * Math.random());
    this.attempts += 1;
    this.time(
      "again",
      setTimeout(() => this.connect(), wait),
    );
    this.options.onConnection({ state: "lost", retryAt: Date.now() + wait });
  }

  private send(method: string, data: unknown): void {
    this.socket?.send(JSON.stringify({ method, data }));
  }

  private time(name: Timer, timer: ReturnType<typeof setTimeout>): void {
    this.clear(name);
    this.timers.set(name, timer);
  }

  private clear(name: Timer): void {
    clearTimeout(this.timers.get(name)); // an interval as well: they share their numbers
    this.timers.delete(name);
  }

  private stopTimers(): void {
    for (const name of [...this.timers.keys()]) this.clear(name);
  }
}

interface Message {
  readonly method: string;
  readonly data: unknown;
  readonly seq?: number;
  readonly created?: string;
}

/** Return where the page's instance tells what happens. */
export function feedUrl({ protocol, host }: Pick<Location, "protocol" | "host">): string {
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}/ws/v1/`;
}

function read(text: string): Message {
  return parseExact(text) as Message;
}

function eventOf({ method, data, seq, created }: Message): RunEvent | null {
  if (seq === undefined) return null;
  const numbered = { seq, created: created ?? null };
  if (method === "graph_execution_event")
    return { ...numbered, type: method, data: data as RunData };
  if (method === "node_execution_event")
    return { ...numbered, type: method, data: data as NodeData };
  return { ...numbered, type: "other" };
}
