import { beforeEach, describe, expect, it, vi } from "vitest";

import { createRunCommands, type RunCommands } from "@/run/commands";
import type { RunRequests } from "@/run/requests";
import { createRunStore, type RunStore } from "@/run/store";
import { RUN } from "@/run/testing";

const AGENT = "agent-1";
let calls: unknown[][];
let store: RunStore;
let shown: string[];

/** A server that does what it is asked, and where nothing else is said answers with this run. */
function requests(more: Partial<RunRequests> = {}): RunRequests {
  const answer =
    (name: string) =>
    (...given: unknown[]) => {
      calls.push([name, ...given]);
      return Promise.resolve(RUN);
    };
  const nothing =
    (name: string) =>
    (...given: unknown[]) => {
      calls.push([name, ...given]);
      return Promise.resolve();
    };
  return {
    runDraft: answer("runDraft"),
    runNode: answer("runNode"),
    runVersion: answer("runVersion"),
    replay: answer("replay"),
    stop: nothing("stop"),
    retry: nothing("retry"),
    waiting: () => Promise.resolve([]),
    recent: () => Promise.resolve([]),
    log: () => Promise.resolve([]),
    ...more,
  };
}

function commands(server: RunRequests, version: number | null = null): RunCommands {
  return createRunCommands({
    store,
    requests: server,
    agent: () => AGENT,
    version,
    save: () => {
      calls.push(["save"]);
      return Promise.resolve();
    },
    onStart: (run) => shown.push(run),
  });
}

beforeEach(() => {
  calls = [];
  shown = [];
  store = createRunStore({
    follow: () => ({ retry: () => undefined, end: () => undefined }),
  });
});

describe("commands", () => {
  it("save the draft before it runs, and show the run", async () => {
    await commands(requests()).run({ Input: 8 });
    expect(calls).toEqual([["save"], ["runDraft", AGENT, { Input: 8 }]]);
    expect(store.getState().state?.id).toBe(RUN);
    expect(shown).toEqual([RUN]);
  });

  it("run a version as it is where one is looked at", async () => {
    await commands(requests(), 3).run({});
    expect(calls).toEqual([["runVersion", AGENT, 3, {}]]);
  });

  it("leave a refusal to the form that gave the inputs, and show no run", async () => {
    const refused = requests({ runDraft: () => Promise.reject(new Error("`Input` is missing.")) });
    await expect(commands(refused).run({})).rejects.toThrow("`Input` is missing.");
    expect(store.getState().state).toBeNull();
    expect(shown).toEqual([]);
  });

  it("run the draft again from a node on, with what the run that is shown recorded", async () => {
    store.getState().show("old");
    await commands(requests()).runFrom("a");
    expect(calls).toEqual([["save"], ["replay", "old", "a", true]]);
    expect(store.getState().state?.id).toBe(RUN);
  });

  it("run a version that is looked at again as it was", async () => {
    store.getState().show("old");
    await commands(requests(), 3).runFrom("a");
    expect(calls).toEqual([["replay", "old", "a", false]]);
  });

  it("tell why something could not be done, with what is wrong in detail", async () => {
    store.getState().show("old");
    const error = Object.assign(new Error("The node is not there."), {
      errors: [{ detail: "No node 'a'." }, { detail: "The node is not there." }],
    });
    const told = commands(requests({ replay: () => Promise.reject(error) }));
    await told.runFrom("a");
    expect(told.told.getState()).toEqual({
      busy: null,
      problem: { message: "The node is not there.", details: ["No node 'a'."] },
    });
    expect(store.getState().state?.id).toBe("old");
    told.dismiss();
    expect(told.told.getState().problem).toBeNull();
  });

  it("do nothing at a second click", async () => {
    store.getState().show("old");
    let finish: () => void = () => undefined;
    const stop = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    const told = commands(requests({ stop }));
    const first = told.stop();
    await told.stop();
    expect(told.told.getState().busy).toBe("stopping");
    finish();
    await first;
    expect(stop).toHaveBeenCalledTimes(1);
    expect(told.told.getState().busy).toBeNull();
  });

  it("follow a run again that is retried", async () => {
    store.getState().show("old");
    await commands(requests()).retry();
    expect(calls).toEqual([["retry", "old"]]);
    expect(store.getState().state?.id).toBe("old");
  });
});
