import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { RunEvent } from "@/run/events";
import type { FollowOptions } from "@/run/socket";
import { createRunStore, findNodeRun } from "@/run/store";
import { nodeData, nodeEvent, numbered, RUN, runData, runEvent } from "@/run/testing";
import type { Waiting } from "@/run/waiting";

/** A store whose frames, feed and server are the test. */
function scene(waiting: readonly Waiting[] = []) {
  const feeds: (FollowOptions & { ended: boolean })[] = [];
  const frames: (() => void)[] = [];
  const askWaiting = vi.fn(() => Promise.resolve(waiting));
  const store = createRunStore({
    follow(options) {
      const feed = { ...options, ended: false };
      feeds.push(feed);
      return { retry: () => undefined, end: () => (feed.ended = true) };
    },
    schedule(callback) {
      frames.push(callback);
      return () => frames.splice(frames.indexOf(callback), 1);
    },
    askWaiting,
  });
  return {
    store,
    feeds,
    frames,
    askWaiting,
    tell: (...events: RunEvent[]) => {
      for (const event of events) feeds.at(-1)?.onEvent(event);
    },
    draw: () => frames.shift()?.(),
  };
}

const WAITS: Waiting = {
  node_exec_id: "a1",
  node_id: "a",
  node_title: "Ask",
  status: "WAITING",
  pins: [],
  kind: "review",
  reason: "Ask: waits for a review",
  since: null,
  help: "",
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("the run that is shown", () => {
  it("changes once per frame, however many events came", () => {
    const { store, tell, draw, frames } = scene();
    store.getState().show(RUN);
    const changes = vi.fn();
    store.subscribe(changes);
    tell(
      ...numbered(
        runData("RUNNING"),
        nodeData("a", "a1", "QUEUED"),
        nodeData("a", "a1", "RUNNING"),
      ),
    );

    expect(changes).not.toHaveBeenCalled();
    expect(frames).toHaveLength(1);
    draw();
    expect(changes).toHaveBeenCalledTimes(1);
    expect(store.getState().state?.seq).toBe(3);
  });

  it("spreads a flood of events over frames, in order and without losing one", () => {
    const { store, tell, draw } = scene();
    store.getState().show(RUN);
    const runs = Array.from({ length: 1000 }, (_, index) =>
      nodeData("a", `a${index}`, "COMPLETED"),
    );
    tell(...numbered(...runs));
    const seen = [];
    do {
      draw();
      seen.push(store.getState().state?.seq);
    } while (seen.at(-1) !== 1000);

    expect(seen).toEqual([250, 500, 750, 1000]);
    expect(store.getState().state?.nodes.get("a")?.counts.COMPLETED).toBe(1000);
  });

  it("keeps the slice of a node that nothing happened to", () => {
    const { store, tell, draw } = scene();
    store.getState().show(RUN);
    tell(...numbered(nodeData("a", "a1", "RUNNING"), nodeData("b", "b1", "RUNNING")));
    draw();
    const before = store.getState().state?.nodes;
    tell(nodeEvent(3, nodeData("b", "b1", "COMPLETED")));
    draw();
    const after = store.getState().state?.nodes;

    expect(after?.get("a")).toBe(before?.get("a"));
    expect(after?.get("b")).not.toBe(before?.get("b"));
  });

  it("listens on for a while after the end: somebody may retry the run", () => {
    const { store, tell, draw, feeds } = scene();
    store.getState().show(RUN);
    tell(...numbered(runData("RUNNING"), runData("FAILED")));
    draw();
    vi.advanceTimersByTime(9000);
    tell(runEvent(3, runData("RUNNING")));
    draw();
    vi.advanceTimersByTime(60_000);
    expect(feeds[0]?.ended).toBe(false);

    tell(runEvent(4, runData("COMPLETED")));
    draw();
    vi.advanceTimersByTime(10_000);
    expect(feeds[0]?.ended).toBe(true);
    expect(store.getState().state?.run?.status).toBe("COMPLETED");
  });

  it("is followed again from its last event when it is retried", () => {
    const { store, tell, draw, feeds } = scene();
    store.getState().show(RUN);
    tell(...numbered(runData("RUNNING"), runData("FAILED")));
    draw();
    store.getState().resume();

    expect(feeds.map(({ since, ended }) => [since, ended])).toEqual([
      [0, true],
      [2, false],
    ]);
    expect(store.getState().state?.seq).toBe(2);
  });

  it("asks again for events that were not drawn yet when it is followed again", () => {
    const { store, tell, draw, feeds } = scene();
    store.getState().show(RUN);
    tell(...numbered(runData("RUNNING")));
    draw();
    tell(runEvent(2, runData("COMPLETED")));
    store.getState().resume();
    expect(feeds[1]?.since).toBe(1);
  });

  it("gives way to another run, of which nothing is known yet", () => {
    const { store, tell, draw, feeds, frames } = scene();
    store.getState().show(RUN);
    tell(...numbered(runData("RUNNING")));
    store.getState().show("another");

    expect(frames).toHaveLength(0);
    draw();
    expect(feeds[0]?.ended).toBe(true);
    expect(store.getState().state).toMatchObject({ id: "another", seq: 0, run: null });
  });

  it("is asked soon what waits, and again from time to time, until it ends", async () => {
    const { store, tell, draw, askWaiting } = scene([WAITS]);
    store.getState().show(RUN);
    tell(...numbered(runData("RUNNING"), nodeData("a", "a1", "WAITING")));
    draw();
    await vi.advanceTimersByTimeAsync(500);
    expect(askWaiting).toHaveBeenCalledTimes(1);
    expect(store.getState().waiting).toEqual([WAITS]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(askWaiting).toHaveBeenCalledTimes(2);

    tell(runEvent(3, runData("TERMINATED")));
    draw();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(askWaiting).toHaveBeenCalledTimes(3); // what never ran
  });

  it("lives on when nobody answers what waits", async () => {
    const { store, tell, draw, askWaiting } = scene();
    askWaiting.mockRejectedValueOnce(new Error("offline"));
    store.getState().show(RUN);
    tell(...numbered(runData("RUNNING")));
    draw();
    await vi.advanceTimersByTimeAsync(11_000);
    expect(askWaiting).toHaveBeenCalledTimes(2);
  });

  it("finds a node execution by its id", () => {
    const { store, tell, draw } = scene();
    store.getState().show(RUN);
    tell(...numbered(nodeData("a", "a1", "RUNNING"), nodeData("b", "b1", "FAILED")));
    draw();
    expect(findNodeRun(store.getState().state, "b1")?.status).toBe("FAILED");
    expect(findNodeRun(store.getState().state, "c1")).toBeUndefined();
  });

  it("shows nothing any more when it is left", () => {
    const { store, feeds } = scene();
    store.getState().show(RUN);
    store.getState().leave();
    expect(store.getState()).toMatchObject({ state: null, connection: { state: "ended" } });
    expect(feeds[0]?.ended).toBe(true);
  });
});
