import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  applyEvent,
  applyEvents,
  emptyRun,
  inOrder,
  MOST_KEPT,
  type NodeStatus,
  type RunEvent,
  type RunState,
} from "@/run/events";
import { nodeData, nodeEvent, numbered, RUN, runData, runEvent } from "@/run/testing";

const STATUSES = [
  "INCOMPLETE",
  "QUEUED",
  "RUNNING",
  "WAITING",
  "COMPLETED",
  "FAILED",
  "TERMINATED",
] as const;

/** Histories that no server would write: the fold must hold for them as well. */
const histories: fc.Arbitrary<RunEvent[]> = fc
  .array(
    fc.oneof(
      fc.constantFrom("QUEUED", "RUNNING", "COMPLETED", "FAILED").map((status) => runData(status)),
      fc
        .record({
          node: fc.constantFrom("a", "b", "c"),
          run: fc.integer({ min: 0, max: 4 }),
          status: fc.constantFrom<NodeStatus>(...STATUSES),
          values: fc.array(fc.jsonValue(), { maxLength: 3 }),
          pin: fc.constantFrom("result", "error", "__proto__"),
        })
        .map(({ node, run, status, values, pin }) =>
          nodeData(node, `${node}${run}`, status, { output_data: { [pin]: values } }),
        ),
    ),
    { maxLength: 60 },
  )
  .map((told) => numbered(...told));

function fold(events: readonly RunEvent[]): RunState {
  return applyEvents(emptyRun(RUN), events);
}

describe("a run as the fold of its events", () => {
  it("knows each node's executions with what they took and gave", () => {
    const state = fold(
      numbered(
        runData("QUEUED"),
        nodeData("a", "a1", "QUEUED", { input_data: { b: 34 } }),
        runData("RUNNING"),
        nodeData("a", "a1", "RUNNING", { input_data: { b: 34 } }),
        nodeData("a", "a1", "RUNNING", { input_data: { b: 34 }, output_data: { result: [1, 2] } }),
        nodeData("a", "a1", "COMPLETED", { input_data: { b: 34 }, output_data: { result: [3] } }),
        runData("COMPLETED", { outputs: { Output: [3] } }),
      ),
    );

    expect(state.seq).toBe(7);
    expect(state.run?.outputs).toEqual({ Output: [3] });
    const [run] = inOrder(state);
    expect(run?.inputs).toEqual({ b: 34 });
    expect(run?.outputs.get("result")).toEqual({ count: 3, kept: [1, 2, 3] });
    expect(run?.steps.map(({ status, text }) => [status, text])).toEqual([
      ["QUEUED", ""],
      ["RUNNING", ""],
      ["RUNNING", "gave result × 2"],
      ["COMPLETED", "gave result"],
    ]);
    expect(state.nodes.get("a")?.flows.get("result")).toEqual({ count: 3, last: 3 });
  });

  it("counts a node's executions by state, and says the state that tells most", () => {
    const state = fold(
      numbered(
        nodeData("a", "a1", "RUNNING"),
        nodeData("a", "a2", "QUEUED"),
        nodeData("a", "a1", "FAILED", { error: { code: "boom", message: "It broke." } }),
        nodeData("a", "a3", "COMPLETED"),
      ),
    );

    expect(state.nodes.get("a")?.counts).toEqual({
      RUNNING: 0,
      QUEUED: 1,
      FAILED: 1,
      COMPLETED: 1,
    });
    expect(state.nodes.get("a")?.status).toBe("QUEUED");
    const done = applyEvent(state, nodeEvent(5, nodeData("a", "a2", "COMPLETED")));
    expect(done.nodes.get("a")?.status).toBe("FAILED");
    expect(done.nodes.get("a")?.executions[0]?.error?.message).toBe("It broke.");
  });

  it("says what a node execution waits for only as long as it waits", () => {
    const waits = { waits_for: { kind: "review", review: "r1" }, reason: "waits for a review" };
    const state = fold(numbered(nodeData("a", "a1", "WAITING", waits)));
    expect(inOrder(state)[0]).toMatchObject({
      reason: "waits for a review",
      waitsFor: waits.waits_for,
    });

    const later = fold(
      numbered(nodeData("a", "a1", "WAITING", waits), nodeData("a", "a1", "QUEUED")),
    );
    expect(inOrder(later)[0]).toMatchObject({ reason: "", waitsFor: null });
  });

  it("knows the run that a node started", () => {
    const state = fold(
      numbered(
        nodeData("a", "a1", "RUNNING"),
        nodeData("a", "a1", "FAILED", { child_exec_id: "r2" }),
      ),
    );

    expect(inOrder(state)[0]?.child).toBe("r2");
    expect(inOrder(fold(numbered(nodeData("a", "a1", "FAILED"))))[0]?.child).toBeNull();
  });

  it("keeps the newest values of a pin that gives very many, and counts all", () => {
    const values = Array.from({ length: 70 }, (_, index) => index);
    const state = fold(
      numbered(
        ...values.map((value) =>
          nodeData("a", "a1", "RUNNING", { output_data: { item: [value] } }),
        ),
      ),
    );

    const item = inOrder(state)[0]?.outputs.get("item");
    expect(item?.count).toBe(70);
    expect(item?.kept).toEqual(values.slice(-MOST_KEPT));
  });

  it("shows values that were removed as removed, not as empty", () => {
    const gone = nodeData("a", "a1", "COMPLETED", { input_data: null, output_data: null });
    const [run] = inOrder(fold(numbered(gone)));
    expect(run?.inputs).toBeNull();
    expect(run?.outputs.size).toBe(0);
  });

  it("gives the same run for any beginning, taken up again from its last number", () => {
    fc.assert(
      fc.property(histories, fc.nat(), fc.nat(), (events, cut, overlap) => {
        const whole = fold(events);
        const first = fold(events.slice(0, cut % (events.length + 1)));
        const again = events.filter(({ seq }) => seq > first.seq - (overlap % 5));
        expect(applyEvents(first, again)).toEqual(whole);
      }),
    );
  });

  it("gives the same run one event at a time as in any portions", () => {
    fc.assert(
      fc.property(histories, (events) => {
        expect(events.reduce(applyEvent, emptyRun(RUN))).toEqual(fold(events));
      }),
    );
  });

  it("is not changed by repeated or premature events: it is the very same object", () => {
    fc.assert(
      fc.property(histories, (events) => {
        const state = fold(events);
        expect(applyEvents(state, events)).toBe(state);
        const premature = events.map((event) => ({ ...event, seq: event.seq + state.seq + 1 }));
        expect(applyEvents(state, premature)).toBe(state);
      }),
    );
  });

  it("never changes an earlier state, and keeps the slices of nodes that nothing happened to", () => {
    fc.assert(
      fc.property(histories, fc.nat(), (events, at) => {
        const cut = at % (events.length + 1);
        const before = fold(events.slice(0, cut));
        const copy = structuredClone(before);
        const after = applyEvents(before, events);
        expect(before).toEqual(copy);
        const touched = new Set(
          events
            .slice(cut)
            .map((event) => ("data" in event && "node_id" in event.data ? event.data.node_id : "")),
        );
        for (const [node, runs] of before.nodes)
          if (!touched.has(node)) expect(after.nodes.get(node)).toBe(runs);
      }),
    );
  });

  it("goes on past events of a kind that it does not know", () => {
    const state = applyEvents(emptyRun(RUN), [
      { seq: 1, created: null, type: "other" },
      runEvent(2, runData("RUNNING")),
    ]);
    expect(state.seq).toBe(2);
    expect(state.run?.status).toBe("RUNNING");
  });
});
