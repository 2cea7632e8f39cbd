/** What the builder asks of runs. */

import { allPages, type Client } from "@/api/client";
import { newId } from "@/graph/ids";
import type { Json, JsonObject } from "@/graph/json";
import type { Failure, RunStatus } from "@/run/events";
import type { Waiting } from "@/run/waiting";

/** A run in a list. */
export interface RunSummary {
  readonly id: string;
  readonly graph_id: string;
  readonly graph_version: number;
  readonly of_draft?: boolean;
  readonly status: RunStatus;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly stats: { readonly node_exec_count: number; readonly node_error_count: number };
  readonly error: Failure | null;
  /** In one line; "" for a run that has ended. */
  readonly waiting_for?: string;
}

/** All values of a node execution, however long they are. */
export type Outputs = Readonly<Record<string, readonly Json[]>>;

export interface RunRequests {
  /** Run the agent's draft as it was saved last; answer with the run's id. */
  runDraft(agent: string, inputs: JsonObject): Promise<string>;
  /** Run one node of the draft alone, with these inputs. */
  runNode(agent: string, node: string, inputs: JsonObject): Promise<string>;
  /** Run a version as it is. */
  runVersion(agent: string, version: number, inputs: JsonObject): Promise<string>;
  /** Start a run that takes over what this one recorded, up to the node: of the draft, or as it was. */
  replay(run: string, fromNode: string, draft: boolean): Promise<string>;
  stop(run: string): Promise<void>;
  /** Let a run that failed or was stopped go on, as the same run. */
  retry(run: string): Promise<void>;
  waiting(run: string): Promise<readonly Waiting[]>;
  /** The agent's newest runs. */
  recent(agent: string): Promise<readonly RunSummary[]>;
  /** What the block of a node execution wrote; null where it was removed. */
  log(run: string, node: string, nodeRun: string): Promise<readonly LogLine[] | null>;
}

export interface LogLine {
  readonly time: string;
  readonly attempt: number;
  readonly text: string;
}

interface LoggedRun {
  readonly node_exec_id: string;
  readonly logs?: readonly LogLine[] | null;
}

interface Started {
  readonly id?: string;
  readonly graph_exec_id?: string;
}

/** Return the requests of this client. */
export function createRequests(client: Client): RunRequests {
  async function start(path: string, body: object): Promise<string> {
    // A request that is sent twice, because its answer was lost, starts one run.
    const headers = { "Idempotency-Key": newId() };
    const { data } = await client.send<Started>("POST", path, { body, headers });
    return data.graph_exec_id ?? data.id ?? "";
  }
  return {
    runDraft: (agent, inputs) => start(`graphs/${agent}/draft/execute/`, { inputs }),
    runNode: (agent, node, inputs) => start(`graphs/${agent}/draft/execute/`, { node, inputs }),
    runVersion: (agent, version, inputs) =>
      start(`graphs/${agent}/execute/${version}/`, { inputs }),
    replay: (run, from_node, draft) => start(`executions/${run}/replay/`, { from_node, draft }),
    async stop(run) {
      await client.send("POST", `executions/${run}/stop/`);
    },
    async retry(run) {
      await client.send("POST", `executions/${run}/retry/`);
    },
    async waiting(run) {
      const { data } = await client.send<{ readonly waiting: readonly Waiting[] }>(
        "GET",
        `executions/${run}/waiting/`,
      );
      return data.waiting;
    },
    async recent(agent) {
      const { data } = await client.send<{ readonly results: readonly RunSummary[] }>(
        "GET",
        `executions/?graph_id=${agent}`,
      );
      return data.results;
    },
    async log(run, node, nodeRun) {
      const runs = await allPages<LoggedRun>(
        client,
        `executions/${run}/node-executions/?node_id=${encodeURIComponent(node)}&page_size=100`,
      );
      return runs.find(({ node_exec_id }) => node_exec_id === nodeRun)?.logs ?? null;
    },
  };
}
