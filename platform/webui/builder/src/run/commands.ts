/** What people do with runs: start, stop, go on. A refusal is told, never thrown at them. */

import { createStore, type StoreApi } from "zustand/vanilla";

import type { JsonObject } from "@/graph/json";
import type { RunRequests } from "@/run/requests";
import type { RunStore } from "@/run/store";

export interface Told {
  /** What is being asked of the server. */
  readonly busy: "starting" | "stopping" | "retrying" | null;
  /** Why the last command could not be carried out. */
  readonly problem: Problem | null;
}

export interface Problem {
  readonly message: string;
  readonly details: readonly string[];
}

export interface RunCommands {
  readonly told: StoreApi<Told>;
  /** Run what is on the canvas. Throws what the form that gave the inputs shall show. */
  run(inputs: JsonObject): Promise<void>;
  /** Run one node alone. Throws like `run`. */
  runNode(node: string, inputs: JsonObject): Promise<void>;
  /** Run again from a node on, taking over what the shown run recorded before it. */
  runFrom(node: string): Promise<void>;
  stop(): Promise<void>;
  /** Let the shown run go on where it failed or was stopped. */
  retry(): Promise<void>;
  dismiss(): void;
}

export interface CommandOptions {
  readonly store: RunStore;
  readonly requests: RunRequests;
  /** The agent on the canvas; null while it was never saved. */
  readonly agent: () => string | null;
  /** The version that is looked at; null for the draft. */
  readonly version: number | null;
  /** Have the draft saved before it runs. */
  readonly save: () => Promise<void>;
  /** A run began and is shown. */
  readonly onStart: (run: string) => void;
}

/** Return the commands. */
export function createRunCommands(options: CommandOptions): RunCommands {
  const { store, requests, version } = options;
  const told = createStore<Told>()(() => ({ busy: null, problem: null }));

  async function attempt(busy: Told["busy"], doing: () => Promise<void>): Promise<void> {
    if (told.getState().busy) return; // a second click
    told.setState({ busy, problem: null });
    try {
      await doing();
    } catch (error) {
      told.setState({ problem: problemOf(error) });
    } finally {
      told.setState({ busy: null });
    }
  }

  async function start(begin: (agent: string) => Promise<string>): Promise<void> {
    if (version === null) await options.save();
    const agent = options.agent();
    if (agent === null) throw new Error("The agent is not saved yet, so it cannot run.");
    show(await begin(agent));
  }

  function show(run: string): void {
    told.setState({ problem: null });
    store.getState().show(run);
    options.onStart(run);
  }

  return {
    told,
    run: (inputs) =>
      start((agent) =>
        version === null
          ? requests.runDraft(agent, inputs)
          : requests.runVersion(agent, version, inputs),
      ),
    runNode: (node, inputs) => start((agent) => requests.runNode(agent, node, inputs)),
    async runFrom(node) {
      const shown = store.getState().state?.id;
      if (shown === undefined) return;
      await attempt("starting", async () => {
        if (version === null) await options.save();
        show(await requests.replay(shown, node, version === null));
      });
    },
    async stop() {
      const shown = store.getState().state?.id;
      if (shown !== undefined) await attempt("stopping", () => requests.stop(shown));
    },
    async retry() {
      const shown = store.getState().state?.id;
      if (shown === undefined) return;
      await attempt("retrying", async () => {
        await requests.retry(shown);
        store.getState().resume();
      });
    },
    dismiss() {
      told.setState({ problem: null });
    },
  };
}

interface Detailed {
  readonly errors?: readonly { readonly detail?: string }[];
}

/** Return a refusal in the server's words, with what it says of single nodes and inputs. */
function problemOf(error: unknown): Problem {
  const message = error instanceof Error ? error.message : "It could not be done.";
  const errors = (error as Detailed).errors ?? [];
  const details = errors.flatMap(({ detail }) => (detail && detail !== message ? [detail] : []));
  return { message, details };
}
