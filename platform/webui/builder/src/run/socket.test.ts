import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { RunEvent } from "@/run/events";
import { feedUrl, follow, type Connection, type Following } from "@/run/socket";
import { nodeData, RUN } from "@/run/testing";

type Listener = (event: unknown) => void;

/** A socket whose server is the test. */
class FakeSocket {
  static all: FakeSocket[] = [];
  readonly sent: { method: string; data: unknown }[] = [];
  isClosed = false;
  private readonly listeners = new Map<string, Listener[]>();

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  addEventListener(type: string, listener: Listener): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { method: string; data: unknown });
  }

  close(): void {
    this.isClosed = true;
  }

  is(type: string, event: unknown = {}): void {
    for (const listener of this.listeners.get(type) ?? []) listener(event);
  }

  says(message: object): void {
    this.is("message", { data: JSON.stringify(message) });
  }

  /** Open, and answer the subscription. */
  accepts(): void {
    this.is("open");
    this.says({ method: "subscribe_graph_execution", success: true });
  }

  tells(...numbers: number[]): void {
    for (const seq of numbers)
      this.says({ method: "node_execution_event", data: nodeData("a", "a1", "RUNNING"), seq });
  }

  /** The numbers after which events were asked for. */
  get asked(): number[] {
    return this.sent
      .filter(({ method }) => method === "subscribe_graph_execution")
      .map(({ data }) => (data as { since: number }).since);
  }
}

let events: RunEvent[];
let connections: Connection[];
let following: Following;

function newest(): FakeSocket {
  const socket = FakeSocket.all.at(-1);
  if (!socket) throw new Error("Nobody has connected.");
  return socket;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5); // no jitter
  FakeSocket.all = [];
  events = [];
  connections = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  const page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  vi.stubGlobal("dispatchEvent", page.dispatchEvent.bind(page));
  following = follow({
    run: RUN,
    since: 0,
    url: "ws://test/ws/v1/",
    onEvent: (event) => events.push(event),
    onConnection: (connection) => connections.push(connection),
  });
});

afterEach(() => {
  following.end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const seen = () => events.map(({ seq }) => seq);
const states = () => connections.map(({ state }) => state);

describe("following a run", () => {
  it("asks for the run from its first event on, and tells each event", () => {
    newest().accepts();
    newest().tells(1, 2);

    expect(newest().sent[0]).toEqual({
      method: "subscribe_graph_execution",
      data: { graph_exec_id: RUN, since: 0 },
    });
    expect(seen()).toEqual([1, 2]);
    expect(states()).toEqual(["connecting", "open"]);
  });

  it("goes on after the last number when the connection breaks: nothing is missed or told twice", () => {
    newest().accepts();
    newest().tells(1, 2);
    newest().is("close", { code: 1006 });
    expect(states().at(-1)).toBe("lost");
    vi.advanceTimersByTime(1000);
    newest().accepts();
    newest().tells(2, 3, 4);

    expect(FakeSocket.all).toHaveLength(2);
    expect(newest().asked).toEqual([2]);
    expect(seen()).toEqual([1, 2, 3, 4]);
    expect(states()).toEqual(["connecting", "open", "lost", "open"]);
  });

  it("waits longer after each attempt that fails, but no longer than half a minute", () => {
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      newest().is("close", { code: 1006 });
      const connection = connections.at(-1);
      if (connection?.state !== "lost") throw new Error("It is not lost.");
      waits.push(connection.retryAt - Date.now());
      vi.advanceTimersByTime(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it("does not hammer a server that accepts and breaks off at once", () => {
    newest().accepts();
    newest().is("close", { code: 1011 });
    vi.advanceTimersByTime(1000);
    newest().accepts();
    newest().is("close", { code: 1011 });
    expect(connections.at(-1)).toEqual({ state: "lost", retryAt: Date.now() + 2000 });
  });

  it("connects at once when the network is back", () => {
    newest().is("close", { code: 1006 });
    dispatchEvent(new Event("online"));
    expect(FakeSocket.all).toHaveLength(2);
    vi.advanceTimersByTime(60_000); // the attempt that was due is off: this one lost its patience
    expect(FakeSocket.all.length).toBeGreaterThan(2);
  });

  it("gives up a connection on which nothing is heard, although it looks open", () => {
    newest().accepts();
    vi.advanceTimersByTime(20_000);
    expect(newest().sent.at(-1)).toEqual({ method: "heartbeat", data: "ping" });
    vi.advanceTimersByTime(10_000);

    expect(states().at(-1)).toBe("lost");
    const [silent] = FakeSocket.all;
    expect(silent?.isClosed).toBe(true);
    silent?.tells(1);
    expect(seen()).toEqual([]);
  });

  it("keeps a connection that answers the heartbeat", () => {
    newest().accepts();
    for (let beat = 0; beat < 5; beat++) {
      vi.advanceTimersByTime(20_000);
      newest().says({ method: "heartbeat", data: "pong" });
    }
    expect(states()).toEqual(["connecting", "open"]);
  });

  it("asks again, once, for what is missing before an event", () => {
    newest().accepts();
    newest().tells(1, 4, 5);
    expect(newest().asked).toEqual([0, 1]);
    newest().says({ method: "subscribe_graph_execution", success: true });
    newest().tells(2, 3, 4, 5);
    expect(seen()).toEqual([1, 2, 3, 4, 5]);
  });

  it("counts an event of a kind that it does not know", () => {
    newest().accepts();
    newest().says({ method: "billing_event", data: {}, seq: 1 });
    newest().tells(2);
    expect(events.map(({ type }) => type)).toEqual(["other", "node_execution_event"]);
  });

  it.each([4001, 4003])("ends when the person is signed out (%i)", (code) => {
    newest().is("close", { code });
    vi.advanceTimersByTime(120_000);
    expect(states()).toEqual(["connecting", "signed out"]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("ends when the server refuses the run", () => {
    newest().is("open");
    newest().says({ method: "error", success: false, error: "There is no execution" });
    vi.advanceTimersByTime(120_000);
    expect(states()).toEqual(["connecting", "refused"]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("is quiet after its end", () => {
    newest().accepts();
    const socket = newest();
    following.end();
    socket.tells(1);
    socket.is("close", { code: 1000 });
    vi.advanceTimersByTime(120_000);

    expect(socket.isClosed).toBe(true);
    expect(seen()).toEqual([]);
    expect(states()).toEqual(["connecting", "open", "ended"]);
    expect(FakeSocket.all).toHaveLength(1);
  });
});

it("listens where the page comes from", () => {
  expect(feedUrl({ protocol: "https:", host: "a.example" })).toBe("wss://a.example/ws/v1/");
  expect(feedUrl({ protocol: "http:", host: "localhost:8000" })).toBe("ws://localhost:8000/ws/v1/");
});
