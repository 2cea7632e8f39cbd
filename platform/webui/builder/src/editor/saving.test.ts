// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Refused } from "@/api/client";
import { NO_KEEPER, SIGN_OF_LIFE, createKeeper, type Keeper } from "@/editor/keeping";
import { LONGEST_PAUSE, NeedsMerge, PAUSE, Saver } from "@/editor/saving";
import { createEditor, type EditorStore } from "@/editor/store";
import type { GraphDocument } from "@/graph/document";
import { setDescription, setName } from "@/graph/edits";
import { merge } from "@/graph/merge";
import { CATALOGUE, fakeDocument } from "@/testing/fakes";
import { FakeServer } from "@/testing/server";

const START = fakeDocument([], [], { name: "Start" });

interface Tab {
  readonly store: EditorStore;
  readonly saver: Saver;
  rename(name: string): void;
}

const ends: (() => void)[] = [];

function ownKeeper(): Keeper {
  return createKeeper({ storage: localStorage, user: "ada", agent: () => "graph" });
}

interface TabOptions {
  readonly isNew?: boolean;
  readonly keeper?: Keeper;
}

function open(server: FakeServer, { isNew = false, keeper = ownKeeper() }: TabOptions = {}): Tab {
  const store = createEditor({ document: server.document, catalogue: CATALOGUE });
  const draft = isNew ? null : server.draft();
  const saver = new Saver({ store, server, keeper, draft });
  ends.push(saver.begin());
  return {
    store,
    saver,
    rename: (name) => store.getState().edit("Rename", (document) => setName(document, name)),
  };
}

function state(tab: Tab): string {
  return tab.store.getState().saving.state;
}

async function pass(time: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(time);
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});

afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.useRealTimers();
});

describe("saving by itself", () => {
  it("waits for a pause in editing", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    tab.rename("O");
    await pass(PAUSE - 1);
    tab.rename("One");
    expect(state(tab)).toBe("unsaved");
    await pass(PAUSE - 1);
    expect(server.saves).toEqual([]);
    await pass(1);

    expect(server.saves.map(({ name }) => name)).toEqual(["One"]);
    expect(state(tab)).toBe("saved");
  });

  it("does not wait for ever", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    for (let time = 0; time <= LONGEST_PAUSE; time += PAUSE / 2) {
      tab.rename(`Name ${time}`);
      await pass(PAUSE / 2);
    }

    expect(server.saves).toHaveLength(1);
  });

  it("sends one save at a time, the next with the revision that the last one made", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    let letThrough = (): void => undefined;
    server.gate = new Promise((resolve) => (letThrough = resolve));
    tab.rename("One");
    await pass(PAUSE);
    expect(state(tab)).toBe("saving");
    tab.rename("Two");
    await pass(10 * PAUSE);
    expect(server.saves).toEqual([]);

    server.gate = null;
    letThrough();
    await pass(PAUSE);

    expect(server.saves.map(({ name }) => name)).toEqual(["One", "Two"]);
    expect(state(tab)).toBe("saved");
    expect(server.revision).toBe(3);
  });

  it("has nothing to send after everything was undone", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    tab.rename("One");
    tab.store.getState().undo();
    await pass(PAUSE);

    expect(server.saves).toEqual([]);
    expect(state(tab)).toBe("saved");
  });

  it("makes the agent before its first save", async () => {
    const server = new FakeServer(START);
    const tab = open(server, { isNew: true });
    await pass(PAUSE);
    expect(server.document.id).toBe("graph");
    tab.rename("New agent");
    await pass(PAUSE);

    expect(server.document.name).toBe("New agent");
    expect(state(tab)).toBe("saved");
    expect(tab.store.getState().draft?.hasChanges).toBe(true);
  });

  it("shows what only the server finds wrong", async () => {
    const server = new FakeServer(START);
    server.problems = [{ code: "sub_agent_missing", detail: "…", severity: "error" }];
    const tab = open(server);
    tab.rename("One");
    await pass(PAUSE);

    expect(tab.store.getState().problems.map(({ code }) => code)).toContain("sub_agent_missing");
  });
});

describe("without the server", () => {
  it("keeps the edits, tries again, and saves when it answers", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    server.fails = "before";
    tab.rename("One");
    await pass(PAUSE);
    expect(tab.store.getState().saving).toEqual({ state: "offline", kept: true });
    expect(localStorage).toHaveLength(1);
    await pass(60_000);
    server.fails = null;
    window.dispatchEvent(new Event("online"));
    await pass(0);

    expect(server.document.name).toBe("One");
    expect(state(tab)).toBe("saved");
    expect(localStorage).toHaveLength(0);
  });

  it("takes its own save for no conflict when only the answer got lost", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    server.fails = "after";
    tab.rename("One");
    await pass(PAUSE);
    expect(server.document.name).toBe("One");
    tab.rename("Two");
    server.fails = null;
    await pass(60_000);

    expect(server.document.name).toBe("Two");
    expect(state(tab)).toBe("saved");
  });

  it("saves the undoing of an edit whose save may have arrived", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    server.fails = "after";
    tab.rename("One");
    await pass(PAUSE);
    tab.store.getState().undo();
    server.fails = null;
    await pass(60_000);

    expect(server.document.name).toBe("Start");
    expect(state(tab)).toBe("saved");
  });

  it("says that the session is over, and goes on after signing in", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    server.fails = new Refused(401, "not_authenticated", "Sign in.");
    tab.rename("One");
    await pass(PAUSE);
    expect(state(tab)).toBe("signed out");
    server.fails = null;
    window.dispatchEvent(new Event("focus"));
    await pass(0);

    expect(server.document.name).toBe("One");
  });
});

describe("what the server does not take", () => {
  it("is said with the reason, and sent again after the next edit", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    const errors = [{ code: "too_many_nodes", detail: "The graph has too many nodes." }];
    server.fails = new Refused(400, "invalid_graph", "Invalid.", errors);
    tab.rename("One");
    await pass(60_000);
    expect(tab.store.getState().saving).toEqual({
      state: "refused",
      reason: "The graph has too many nodes.",
    });
    expect(localStorage).toHaveLength(1);
    server.fails = null;
    tab.rename("Two");
    await pass(PAUSE);

    expect(server.saves.map(({ name }) => name)).toEqual(["Two"]);
    expect(state(tab)).toBe("saved");
  });
});

describe("someone else's save", () => {
  const theirs = setDescription(START, "theirs");

  async function conflict(): Promise<{ server: FakeServer; tab: Tab }> {
    const server = new FakeServer(START);
    const tab = open(server);
    server.saveElsewhere(theirs);
    tab.rename("Mine");
    await pass(PAUSE);
    return { server, tab };
  }

  it("is not overwritten: people merge", async () => {
    const { server, tab } = await conflict();

    expect(tab.store.getState().saving).toEqual({ state: "conflict", base: START, theirs });
    expect(server.document).toBe(theirs);
  });

  it("lets people go on editing, and sends nothing until they merged", async () => {
    const { server, tab } = await conflict();
    const tries = server.saves.length;
    tab.rename("Mine too");
    await pass(60_000);

    expect(server.saves).toHaveLength(tries);
    await expect(tab.saver.publish()).rejects.toThrow(NeedsMerge);
  });

  it("is merged, and saved on top; undo gives mine back", async () => {
    const { server, tab } = await conflict();
    const { document } = tab.store.getState();
    tab.saver.resolve(merge(START, document, theirs).document);
    await pass(PAUSE);

    expect(server.document).toMatchObject({ name: "Mine", description: "theirs" });
    expect(state(tab)).toBe("saved");
    tab.store.getState().undo();
    expect(tab.store.getState().document).toBe(document);
  });

  it("that changed nothing is passed over", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    server.saveElsewhere(JSON.parse(JSON.stringify(START)) as GraphDocument);
    tab.rename("Mine");
    await pass(2 * PAUSE);

    expect(server.document.name).toBe("Mine");
    expect(state(tab)).toBe("saved");
  });
});

describe("publishing", () => {
  it("saves first, and says which version it became", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    tab.rename("One");
    const published = await tab.saver.publish();

    expect(published).toMatchObject({ version: 2, name: "One" });
    expect(tab.store.getState().draft).toEqual({
      baseVersion: 2,
      activeVersion: 2,
      hasChanges: false,
    });
    tab.rename("Two");
    expect(tab.store.getState().draft?.hasChanges).toBe(true);
  });
});

describe("restoring a version", () => {
  it("can be undone", async () => {
    const server = new FakeServer(START);
    const tab = open(server);
    tab.rename("One");
    await tab.saver.restore(1);
    expect(tab.store.getState().document.name).toBe("As in version 1");
    tab.store.getState().undo();
    await pass(PAUSE);

    expect(server.document.name).toBe("One");
  });
});

describe("a tab that goes away", () => {
  it("leaves its edits to the next one, until they are saved", async () => {
    const server = new FakeServer(START);
    const first = open(server);
    server.fails = "before";
    first.rename("Kept");
    await pass(PAUSE);
    window.dispatchEvent(new Event("pagehide"));
    ends.splice(0).forEach((end) => end());
    server.fails = null;
    const second = open(server);
    const [kept] = second.saver.left();
    expect(kept?.document.name).toBe("Kept");
    if (kept) second.saver.takeOver(kept);
    await pass(PAUSE);

    expect(server.document.name).toBe("Kept");
    expect(second.saver.left()).toEqual([]);
    expect(localStorage).toHaveLength(0);
  });

  it("leaves nothing that was saved after all", async () => {
    const server = new FakeServer(START);
    const first = open(server);
    server.fails = "after";
    first.rename("Arrived");
    await pass(PAUSE);
    window.dispatchEvent(new Event("pagehide"));
    ends.splice(0).forEach((end) => end());
    server.fails = null;

    expect(open(server).saver.left()).toEqual([]);
    expect(localStorage).toHaveLength(0);
  });

  it("leaves edits to merge where someone saved since", async () => {
    const server = new FakeServer(START);
    const first = open(server);
    server.fails = "before";
    first.rename("Kept");
    await pass(PAUSE);
    window.dispatchEvent(new Event("pagehide"));
    ends.splice(0).forEach((end) => end());
    server.fails = null;
    const theirs = setDescription(START, "theirs");
    server.saveElsewhere(theirs);
    const second = open(server);
    const [kept] = second.saver.left();
    if (kept) second.saver.takeOver(kept);

    expect(second.store.getState().saving).toMatchObject({ state: "conflict", theirs });
    expect(second.store.getState().document.name).toBe("Kept");
  });

  it("leaves its edits at once, also where its last save fails after it said that it closes", async () => {
    const server = new FakeServer(START);
    const first = open(server);
    server.fails = "before";
    first.rename("Kept");
    await pass(PAUSE);
    window.dispatchEvent(new Event("pagehide"));
    await first.saver.flush().catch(() => undefined); // what becoming hidden begins
    ends.splice(0).forEach((end) => end());

    expect(
      open(server)
        .saver.left()
        .map(({ document }) => document.name),
    ).toEqual(["Kept"]);
  });

  it("is not taken for gone where the browser shows it again", async () => {
    const server = new FakeServer(START);
    const first = open(server);
    server.fails = "before";
    first.rename("Still mine");
    await pass(PAUSE);
    window.dispatchEvent(new Event("pagehide"));
    window.dispatchEvent(new Event("pageshow"));
    await pass(120_000);

    expect(open(server).saver.left()).toEqual([]);
  });

  it("leaves its edits where it crashed, once it shows no life", async () => {
    const server = new FakeServer(START);
    server.fails = "before";
    open(server).rename("Kept");
    await pass(PAUSE);
    ends.splice(0).forEach((end) => end());
    expect(open(server).saver.left()).toEqual([]);
    await pass(SIGN_OF_LIFE);

    expect(
      open(server)
        .saver.left()
        .map(({ document }) => document.name),
    ).toEqual(["Kept"]);
  });

  it("is not taken for gone while it is there", async () => {
    const server = new FakeServer(START);
    const first = open(server);
    server.fails = "before";
    first.rename("Still mine");
    await pass(120_000);

    expect(open(server).saver.left()).toEqual([]);
  });

  it("asks before it closes if the browser cannot keep its edits", () => {
    const tab = open(new FakeServer(START), { keeper: NO_KEEPER });
    tab.rename("Lost");
    const leaving = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(leaving);

    expect(leaving.defaultPrevented).toBe(true);
  });
});
