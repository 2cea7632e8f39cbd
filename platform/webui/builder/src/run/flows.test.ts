import { describe, expect, it } from "vitest";

import { applyEvents, emptyRun } from "@/run/events";
import { flowOf } from "@/run/flows";
import { outputsOf } from "@/run/outputs";
import { nodeData, numbered, RUN, runData } from "@/run/testing";
import { byNode, reasonOf, telling, type Waiting } from "@/run/waiting";
import { duration } from "@/run/words";

describe("what went through a link", () => {
  const state = applyEvents(
    emptyRun(RUN),
    numbered(
      nodeData("a", "a1", "COMPLETED", {
        output_data: { row: [{ name: "Ada", tags: ["x", "y"] }, { name: "Bob" }] },
      }),
    ),
  );
  const runs = state.nodes.get("a");

  it("is what its pin gave, and how often", () => {
    expect(flowOf(runs, "row")).toEqual({ count: 2, last: { name: "Bob" } });
    expect(flowOf(runs, "error")).toBeUndefined();
    expect(flowOf(undefined, "row")).toBeUndefined();
  });

  it("is the part that a dynamic pin leads to", () => {
    expect(flowOf(runs, "row_#_name")).toEqual({ count: 2, last: "Bob" });
    expect(flowOf(runs, "row_#_tags_$_0")).toBeUndefined();
    expect(flowOf(runs, "row_#_constructor")).toBeUndefined();
  });

  it("is the same object until it changes", () => {
    expect(flowOf(runs, "row_#_name")).toBe(flowOf(runs, "row_#_name"));
  });
});

describe("the outputs of a run", () => {
  const events = numbered(
    nodeData("out", "o1", "QUEUED", { input_data: { name: "Answer", value: 42 } }),
    nodeData("out", "o2", "COMPLETED", { input_data: { name: "Answer", value: 43 } }),
    nodeData("out", "o3", "INCOMPLETE", { input_data: { name: "Answer" } }),
    nodeData("other", "x1", "COMPLETED", { input_data: { name: "no", value: 1 } }),
  );

  it("are what reached its output blocks, with the place of each", () => {
    const state = applyEvents(emptyRun(RUN), events);
    expect(outputsOf(state, (node) => node === "out")).toEqual([
      {
        name: "Answer",
        outputs: [
          { value: 42, place: { run: RUN, nodeRun: "o1", input: "value" } },
          { value: 43, place: { run: RUN, nodeRun: "o2", input: "value" } },
        ],
      },
    ]);
  });

  it("are what its end told where the block is gone from the canvas", () => {
    const ended = numbered(runData("COMPLETED", { outputs: { Answer: [42] } }));
    const state = applyEvents(emptyRun(RUN), ended);
    expect(outputsOf(state, () => false)).toEqual([{ name: "Answer", outputs: [{ value: 42 }] }]);
  });
});

describe("what waits", () => {
  const waiting = (node: string | null, kind: string): Waiting => ({
    node_exec_id: node && `${node}1`,
    node_id: node,
    node_title: node && `Node ${node}`,
    status: "WAITING",
    pins: [],
    kind,
    reason: node ? `Node ${node}: waits for something` : "The run is being stopped",
    since: null,
    help: "",
  });

  it("is news only where it does not go its way", () => {
    const all = [waiting("a", "running"), waiting("b", "review"), waiting(null, "stopping")];
    expect(telling(all).map(({ kind }) => kind)).toEqual(["review", "stopping"]);
    expect([...byNode(all, new Map()).keys()]).toEqual(["b"]);
  });

  it("stays the same object for a node while it says the same", () => {
    const before = byNode([waiting("a", "review"), waiting("b", "time")], new Map());
    const after = byNode([waiting("a", "review"), waiting("b", "event")], before);
    expect(after.get("a")).toBe(before.get("a"));
    expect(after.get("b")).not.toBe(before.get("b"));
  });

  it("is told without the node's title where that stands beside it", () => {
    expect(reasonOf(waiting("a", "review"))).toBe("waits for something");
    expect(reasonOf(waiting(null, "stopping"))).toBe("The run is being stopped");
  });
});

it.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1234, "1.2 s"],
  [185_000, "3 min 5 s"],
  [7_800_000, "2 h 10 min"],
])("%i ms is said as %s", (ms, words) => {
  expect(duration(ms)).toBe(words);
});
