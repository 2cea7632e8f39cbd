import { describe, expect, it } from "vitest";

import { lengthOf, segmentsOf, spanOf, ticksOf } from "@/panels/RunPanel/timeline";
import { applyEvents, emptyRun, inOrder, type NodeRun, type NodeStatus } from "@/run/events";
import { nodeData, RUN } from "@/run/testing";

const BEGIN = Date.parse("2026-03-01T10:00:00Z");
const at = (ms: number) => new Date(BEGIN + ms).toISOString();

/** Return a node execution that came into these states at these moments. */
function ran(...told: [NodeStatus, number][]): NodeRun {
  const when = (status: NodeStatus) => told.find(([one]) => one === status)?.[1];
  const started = when("RUNNING");
  const events = told.map(([status, ms], index) => {
    const data = nodeData("a", "a1", status, {
      queue_time: at(told[0]?.[1] ?? 0),
      start_time: started === undefined || ms < started ? null : at(started),
      end_time: ["COMPLETED", "FAILED", "TERMINATED"].includes(status) ? at(ms) : null,
    });
    return { seq: index + 1, created: at(ms), type: "node_execution_event" as const, data };
  });
  const [run] = inOrder(applyEvents(emptyRun(RUN), events));
  if (!run) throw new Error("Nothing ran.");
  return run;
}

describe("the time that bars share", () => {
  it("goes from the first step's beginning to the last one's end", () => {
    const runs = [
      ran(["QUEUED", 100], ["RUNNING", 150], ["COMPLETED", 400]),
      ran(["QUEUED", 50], ["RUNNING", 60], ["FAILED", 90]),
    ];
    expect(spanOf(runs, BEGIN + 9999)).toEqual({ begin: BEGIN + 50, end: BEGIN + 400 });
  });

  it("goes to the present while something is under way", () => {
    const runs = [ran(["QUEUED", 0], ["RUNNING", 10])];
    expect(spanOf(runs, BEGIN + 5000)).toEqual({ begin: BEGIN, end: BEGIN + 5000 });
  });

  it("is never nothing", () => {
    expect(spanOf([], BEGIN)).toEqual({ begin: BEGIN, end: BEGIN + 1 });
    expect(spanOf([ran(["QUEUED", 0], ["COMPLETED", 0])], BEGIN)).toEqual({
      begin: BEGIN,
      end: BEGIN + 1,
    });
  });
});

describe("a bar", () => {
  const span = { begin: BEGIN, end: BEGIN + 1000 };

  it("says when a step was queued, ran and waited", () => {
    const run = ran(
      ["QUEUED", 0],
      ["RUNNING", 100],
      ["RUNNING", 200],
      ["WAITING", 300],
      ["QUEUED", 800],
      ["RUNNING", 850],
      ["COMPLETED", 1000],
    );
    expect(segmentsOf(run, span, BEGIN + 5000)).toEqual([
      { status: "QUEUED", from: 0, to: 0.1 },
      { status: "RUNNING", from: 0.1, to: 0.3 },
      { status: "WAITING", from: 0.3, to: 0.8 },
      { status: "QUEUED", from: 0.8, to: 0.85 },
      { status: "RUNNING", from: 0.85, to: 1 },
    ]);
  });

  it("grows to the present while the step goes on", () => {
    const run = ran(["QUEUED", 0], ["RUNNING", 100]);
    expect(segmentsOf(run, span, BEGIN + 400).at(-1)).toEqual({
      status: "RUNNING",
      from: 0.1,
      to: 0.4,
    });
    expect(lengthOf(run, BEGIN + 400)).toBe(300);
  });

  it("comes from the step's own times where events do not say when they were recorded", () => {
    const run = ran(["QUEUED", 0], ["RUNNING", 100], ["COMPLETED", 600]);
    const old = { ...run, steps: run.steps.map((step) => ({ ...step, at: null })) };
    expect(segmentsOf(old, span, BEGIN)).toEqual([
      { status: "QUEUED", from: 0, to: 0.1 },
      { status: "RUNNING", from: 0.1, to: 0.6 },
    ]);
  });
});

it.each([
  [7, [0, 2, 4, 6]],
  [3400, [0, 1000, 2000, 3000]],
  [59_000, [0, 30_000]],
  [86_400_000 * 30, [0, 8, 16, 24].map((day) => day * 86_400_000)],
])("lines stand at round moments: %i ms", (length, lines) => {
  expect(ticksOf({ begin: BEGIN, end: BEGIN + length }).map(({ ms }) => ms)).toEqual(lines);
});
