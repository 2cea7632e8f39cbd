// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { EditorProvider } from "@/editor/context";
import { jumpTo, onJump, type Place } from "@/editor/jump";
import { createEditor, type EditorStore } from "@/editor/store";
import { findNode, type GraphDocument } from "@/graph/document";
import { Inspector } from "@/panels/Inspector/Inspector";
import { ProblemList } from "@/panels/ProblemList";
import { panels } from "@/panels/state";
import { RunProvider } from "@/run/context";
import { nodeData, numbered, stagedRun, type StagedRun } from "@/run/testing";
import { CATALOGUE, fakeDocument, fakeNode } from "@/testing/fakes";

afterEach(() => {
  cleanup();
  panels.setState(panels.getInitialState(), true);
});

const SUM = fakeDocument(
  [
    fakeNode("x", "AgentInputBlock", { name: "x" }, { customized_name: "The number" }),
    fakeNode("sum", "CalculatorBlock", { operation: "Add", a: 5 }),
    fakeNode("size", "AgentDropdownInputBlock", { name: "size", options: ["S"], value: "XL" }),
    fakeNode("text", "FillTextTemplateBlock", { format: "", "values_#_who": "Ada" }),
  ],
  ["x.result → sum.a"],
);

let run: StagedRun;

beforeEach(() => {
  run = stagedRun();
});

function Stage({ store, children }: { readonly store: EditorStore; readonly children: ReactNode }) {
  return (
    <EditorProvider store={store}>
      <RunProvider scene={run.scene}>{children}</RunProvider>
    </EditorProvider>
  );
}

function show(selected: string, document: GraphDocument = SUM): EditorStore {
  const store = createEditor({ document, catalogue: CATALOGUE });
  store.getState().select([selected]);
  render(
    <Stage store={store}>
      <Inspector />
      <ProblemList />
    </Stage>,
  );
  return store;
}

function type(label: string, text: string) {
  fireEvent.change(screen.getByLabelText(label), { target: { value: text } });
}

function values(store: EditorStore, node: string) {
  return findNode(store.getState().document, node)?.input_default;
}

describe("the inspector", () => {
  it("makes one undo step of what is typed into a field, and another one after leaving it", () => {
    const store = show("sum");
    for (const text of ["3", "34", "34.5"]) type("B required", text);
    fireEvent.blur(screen.getByLabelText("B required"));
    type("B required", "7");

    expect(values(store, "sum")).toEqual({ operation: "Add", a: 5, b: 7 });
    store.getState().undo();
    expect(values(store, "sum")).toEqual({ operation: "Add", a: 5, b: 34.5 });
    store.getState().undo();
    expect(store.getState().document).toBe(SUM);
  });

  it("makes a step of each click, even on the same switch", () => {
    const store = show("sum");
    const round = screen.getByRole("switch", { name: "Round Result" });
    fireEvent.click(round);
    fireEvent.click(round);

    expect(values(store, "sum")?.round_result).toBe(false);
    store.getState().undo();
    expect(values(store, "sum")?.round_result).toBe(true);
  });

  it("says where a linked pin's value comes from, and goes there", () => {
    const store = show("sum");

    expect(screen.queryByRole("textbox", { name: /^A/ })).toBeNull();
    expect(screen.getByText("A value is kept for when nothing is linked: 5")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: /^The number/ }));
    expect([...store.getState().selection.nodes]).toEqual(["x"]);
  });

  it("gives a node a name, a note and a policy, and takes them away again", () => {
    const store = show("sum");
    type("Name of this node", "Adds up");
    type("Note", "Why it is here");
    type("Longest try, in seconds", "30");
    type("Most tries", "5");

    expect(findNode(store.getState().document, "sum")?.metadata).toEqual({
      position: { x: 0, y: 0 },
      customized_name: "Adds up",
      note: "Why it is here",
      timeout_seconds: 30,
      retry: { max_attempts: 5 },
    });
    expect(screen.getByText("5 tries, at most 30 s each")).toBeTruthy();
    for (const label of ["Name of this node", "Note", "Longest try, in seconds", "Most tries"])
      type(label, "");
    expect(findNode(store.getState().document, "sum")?.metadata).toEqual({
      position: { x: 0, y: 0 },
    });
  });

  it("leaves a node out of runs", () => {
    const store = show("sum");
    fireEvent.click(screen.getByRole("switch", { name: "Takes part in runs" }));

    expect(findNode(store.getState().document, "sum")?.metadata.disabled).toBe(true);
    expect(screen.getByText("Disabled: left out of runs")).toBeTruthy();
  });

  it("offers the choices that the node's own values make, and keeps another one", () => {
    show("size");

    expect(
      screen.getByRole<HTMLSelectElement>("combobox", { name: "Value" }).selectedOptions[0]
        ?.textContent,
    ).toBe("XL (not in the list)");
    expect(screen.getByText('Must be one of "S".')).toBeTruthy();
  });

  it("shows the parts of a value that have pins of their own, and removes them", () => {
    const store = show("text");
    type("who", "Grace");
    expect(values(store, "text")).toEqual({ format: "", "values_#_who": "Grace" });

    fireEvent.click(screen.getByRole("button", { name: "Remove the pin values_#_who" }));
    expect(values(store, "text")).toEqual({ format: "" });
  });

  it("changes nothing where one may only look", () => {
    const store = createEditor({ document: SUM, catalogue: CATALOGUE, readOnly: true });
    store.getState().select(["sum"]);
    render(
      <Stage store={store}>
        <Inspector />
      </Stage>,
    );

    expect(screen.getByLabelText<HTMLInputElement>("B required").disabled).toBe(true);
    expect(screen.queryByRole("button", { name: /^Remove/ })).toBeNull();
    expect(screen.queryByRole("button", { name: "Run it alone…" })).toBeNull();
  });

  it("says why the node failed in the run that is shown, and leads to that step", () => {
    show("sum");
    const error = { code: "division_by_zero", message: "It divides by zero." };
    act(() =>
      run.tell(
        ...numbered(
          nodeData("x", "x1", "FAILED", { error: { code: "other", message: "Another one." } }),
          nodeData("sum", "sum1", "FAILED", { error }),
          nodeData("sum", "sum2", "COMPLETED"),
        ),
      ),
    );

    const failure = screen.getByRole("region", { name: "Why it failed in this run" });
    expect(failure.textContent).toContain("It divides by zero.");
    fireEvent.click(screen.getByRole("button", { name: "Show what it took and gave" }));
    expect(run.scene.store.getState().chosen).toBe("sum1");
    expect(panels.getState()).toMatchObject({ runs: true, runTab: "steps" });
  });
});

describe("the list of problems", () => {
  it("changes as one types, and goes to the pin", () => {
    const store = show("x");
    const gone: Place[] = [];
    const stop = onJump((place) => gone.push(place));
    fireEvent.click(screen.getByRole("button", { name: /^Error: b of 'Calculator' is required/ }));
    stop();

    expect(gone.map(({ node_id, pin }) => [node_id, pin])).toEqual([["sum", "b"]]);
    expect([...store.getState().selection.nodes]).toEqual(["sum"]);
    expect(document.activeElement).toBe(screen.getByLabelText("B required"));
    type("B required", "1");
    expect(screen.queryByText(/of 'Calculator' is required/)).toBeNull();
  });

  it("unfolds what is folded away", async () => {
    const store = show("x");
    jumpTo(store, { node_id: "x", pin: "title" });

    // React renders after the event and moves the focus after it has rendered.
    await waitFor(
      () => {
        expect(document.activeElement).toBe(screen.getByLabelText("Title"));
      },
      { timeout: 30_000 },
    );
  });
});
