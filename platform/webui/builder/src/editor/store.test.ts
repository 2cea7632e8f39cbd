import { readFileSync } from "node:fs";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createEditor, type EditorStore } from "@/editor/store";
import { addNode, moveNodes, newNode, remove, setName, setValue } from "@/graph/edits";
import * as edits from "@/graph/edits";
import { action, frozen, isWhole, type Action } from "@/testing/actions";
import { CATALOGUE, blockNamed, fakeDocument, fakeNode } from "@/testing/fakes";

const START = fakeDocument(
  [
    fakeNode("a", "AgentInputBlock", { name: "a" }, { customized_name: "First" }),
    fakeNode("b", "CombineTextsBlock", { input_$_0: "x", input_$_1: "y" }),
    fakeNode("c", "PrintToConsoleBlock"),
  ],
  ["a.result → b.input_$_2", "b.output → c.text"],
  { "a key of another editor": { kept: [1, 2] } },
);

function editorOf(document = START): EditorStore {
  return createEditor({ document: frozen(document), catalogue: CATALOGUE });
}

function perform(store: EditorStore, one: Action): void {
  const { label, change, merge, always, selects } = one;
  store.getState().edit(label, (document) => frozen(change(document)), {
    ...(merge && { merge }),
    ...(always && { always }),
    ...(selects && { select: { nodes: selects } }),
  });
}

function written(store: EditorStore): string {
  return JSON.stringify(store.getState().document);
}

function selected(store: EditorStore): string[] {
  return [...store.getState().selection.nodes].sort();
}

describe("the actions", () => {
  it("have each edit of a graph among them", () => {
    const known = readFileSync(new URL("../testing/actions.ts", import.meta.url), "utf8");
    const missing = Object.keys(edits).filter((name) => !known.includes(`edits.${name}(`));

    expect(missing).toEqual([]);
  });
});

describe("any sequence of actions", () => {
  it("undoes and redoes to byte-identical documents, step by step", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const store = editorOf();
        const states = [{ text: written(store), selected: selected(store) }];
        for (const one of actions) {
          const steps = store.getState().history.past.length;
          perform(store, one);
          const state = { text: written(store), selected: selected(store) };
          if (store.getState().history.past.length > steps) states.push(state);
          else states[states.length - 1] = state; // it joined the step before, or changed nothing
          expect(isWhole(store.getState().document)).toBe(true);
        }
        for (const state of [...states].reverse().slice(1)) {
          store.getState().undo();
          expect({ text: written(store), selected: selected(store) }).toEqual(state);
        }
        store.getState().undo(); // there is nothing left
        expect(written(store)).toBe(JSON.stringify(START));
        for (const state of states.slice(1)) {
          store.getState().redo();
          expect(written(store)).toBe(state.text);
        }
        store.getState().redo();
        expect(written(store)).toBe(states.at(-1)?.text);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps the problems those of the document", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const store = editorOf();
        for (const one of actions) perform(store, one);
        const anew = JSON.parse(written(store)) as typeof START;

        expect(store.getState().problems).toEqual(editorOf(anew).getState().problems);
      }),
      { numRuns: 100 },
    );
  });
});

describe("a gesture", () => {
  const drag = (x: number) => (document: typeof START) =>
    moveNodes(document, new Map([["a", { x, y: 0 }]]));

  it("is one step", () => {
    const store = editorOf();
    for (const x of [1, 2, 3]) store.getState().edit("Move", drag(x), { merge: "drag" });
    store.getState().undo();

    expect(store.getState().document).toBe(START);
    expect(store.getState().history.future).toHaveLength(1);
  });

  it("ends when it is said to, and when something else happens", () => {
    const store = editorOf();
    store.getState().edit("Move", drag(1), { merge: "drag" });
    store.getState().settle();
    store.getState().edit("Move", drag(2), { merge: "drag" });
    store.getState().select(["b"]);
    store.getState().edit("Move", drag(3), { merge: "drag" });
    store.getState().undo();
    store.getState().redo();
    store.getState().edit("Move", drag(4), { merge: "drag" });

    expect(store.getState().history.past.map((step) => step.label)).toEqual(Array(4).fill("Move"));
  });
});

describe("the editor", () => {
  it("records nothing where nothing changed", () => {
    const store = editorOf();
    store.getState().edit("Rename agent", (document) => setName(document, START.name));

    expect(store.getState().history.past).toEqual([]);
  });

  it("forgets what was undone once something else is done", () => {
    const store = editorOf();
    store.getState().edit("Rename agent", (document) => setName(document, "One"));
    store.getState().undo();
    store.getState().edit("Rename agent", (document) => setName(document, "Two"));
    store.getState().redo();

    expect(store.getState().document.name).toBe("Two");
  });

  it("undoes property edits and gives back what was selected", () => {
    const store = editorOf();
    store.getState().select(["c"]);
    store
      .getState()
      .edit("Set value", (document) => setValue(document, "c", "text", "hi", CATALOGUE));
    store.getState().edit("Delete", (document) => remove(document, ["c"]));
    expect(selected(store)).toEqual([]);

    store.getState().undo();
    expect(selected(store)).toEqual(["c"]);
    store.getState().undo();
    expect(written(store)).toBe(JSON.stringify(START));
  });

  it("selects what an edit made", () => {
    const store = editorOf();
    const made = newNode(blockNamed("CalculatorBlock"), { x: 0, y: 0 }, {}, "new");
    store
      .getState()
      .edit("Add block", (document) => addNode(document, made), { select: { nodes: ["new"] } });

    expect(selected(store)).toEqual(["new"]);
  });

  it("changes nothing while it is read-only", () => {
    const store = createEditor({ document: START, catalogue: CATALOGUE, readOnly: true });
    store.getState().edit("Rename agent", (document) => setName(document, "Other"));

    expect(store.getState().document).toBe(START);
  });

  it("is read-only as long as anybody wants it to be", () => {
    const store = editorOf();
    const { setLock } = store.getState();
    setLock("comparison", true);
    setLock("narrow", true);
    setLock("comparison", false);
    expect(store.getState().readOnly).toBe(true);
    setLock("narrow", false);
    expect(store.getState().readOnly).toBe(false);
  });

  it("shows what only the server can find, as long as its node is there", () => {
    const store = editorOf();
    const gone = {
      severity: "error",
      code: "sub_agent_missing",
      detail: "…",
      node_id: "c",
    } as const;
    const known = { severity: "error", code: "missing_value", detail: "…", node_id: "c" } as const;
    const own = store.getState().problems;
    store.getState().setServerProblems([gone, known]);
    expect(store.getState().problems).toEqual([...own, gone]);

    store.getState().edit("Delete", (document) => remove(document, ["c"]));
    expect(store.getState().problems).not.toContain(gone);
  });
});
