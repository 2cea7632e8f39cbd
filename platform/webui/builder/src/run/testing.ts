/** Events as the server sends them, and a run that only they move, for tests. */

import type { NodeData, NodeStatus, RunData, RunEvent, RunStatus } from "@/run/events";
import type { RunScene } from "@/run/scene";
import { createRunStore } from "@/run/store";

export const RUN = "0f0f0f0f-0000-4000-8000-000000000001";

/** Return the run as an event tells it. */
export function runData(status: RunStatus, more: Partial<RunData> = {}): RunData {
  return {
    id: RUN,
    graph_id: "0f0f0f0f-0000-4000-8000-0000000000a0",
    graph_version: 1,
    graph_name: "Greeter",
    status,
    created_at: "2026-03-01T10:00:00Z",
    started_at: "2026-03-01T10:00:01Z",
    ended_at: null,
    error: null,
    ...more,
  };
}

/** Return a node execution as an event tells it. */
export function nodeData(
  node: string,
  run: string,
  status: NodeStatus,
  more: Partial<NodeData> = {},
): NodeData {
  return {
    node_exec_id: run,
    node_id: node,
    node_title: `Node ${node}`,
    status,
    input_data: {},
    output_data: {},
    ...more,
  };
}

export function runEvent(seq: number, data: RunData): RunEvent {
  return { seq, created: "2026-03-01T10:00:02Z", type: "graph_execution_event", data };
}

export function nodeEvent(seq: number, data: NodeData): RunEvent {
  return { seq, created: "2026-03-01T10:00:02Z", type: "node_execution_event", data };
}

/** Number events, from 1 on. */
export function numbered(...told: readonly (RunData | NodeData)[]): RunEvent[] {
  return told.map((data, index) =>
    "node_exec_id" in data ? nodeEvent(index + 1, data) : runEvent(index + 1, data),
  );
}

export interface StagedRun {
  /** What components of values and nodes need of a scene: the store, and addresses. */
  readonly scene: RunScene;
  /** Have the store take in events at once. */
  readonly tell: (...events: readonly RunEvent[]) => void;
}

/** Return a run that is shown and of which nothing has been heard yet. */
export function stagedRun(): StagedRun {
  let told: (event: RunEvent) => void = () => undefined;
  const frames: (() => void)[] = [];
  const store = createRunStore({
    follow: ({ onEvent }) => {
      told = onEvent;
      return { retry: () => undefined, end: () => undefined };
    },
    schedule: (callback) => {
      frames.push(callback);
      return () => undefined;
    },
  });
  store.getState().show(RUN);
  const tell = (...events: readonly RunEvent[]) => {
    events.forEach((event) => told(event));
    for (let frame = frames.shift(); frame; frame = frames.shift()) frame();
  };
  const urls = { run: "/runs/{id}/" };
  return { scene: { store, urls } as unknown as RunScene, tell };
}
