import { describe, expect, it } from "vitest";

import type { AgentVersion } from "@/graph/agents";
import { problemsOf } from "@/graph/problems";
import { findNode, type GraphDocument, type LinkDocument } from "@/graph/document";
import {
  extractedGraph,
  extractionOf,
  gateProblem,
  renameGate,
  replaceExtracted,
} from "@/graph/extract";
import { inputSchemaOf, outputSchemaOf } from "@/graph/surface";
import { CATALOGUE, fakeDocument, fakeNode } from "@/testing/fakes";

function input(id: string) {
  return fakeNode(id, "AgentInputBlock", { name: id });
}

function output(id: string) {
  return fakeNode(id, "AgentOutputBlock", { name: id });
}

function adder(id: string, values = {}) {
  return fakeNode(id, "CalculatorBlock", { operation: "Add", ...values });
}

/** Return names for ids that tell tests apart. */
function counter(): () => string {
  let number = 0;
  return () => `new-${++number}`;
}

function ends(links: readonly LinkDocument[]): string[] {
  return links.map(
    (link) => `${link.source_id}.${link.source_name} → ${link.sink_id}.${link.sink_name}`,
  );
}

const CHAIN = fakeDocument(
  [input("x"), adder("one"), adder("two"), output("sum")],
  [
    "x.result → one.a",
    "x.result → one.b",
    "one.result → two.a",
    "x.result → two.b",
    "two.result → sum.value",
  ],
);

function made(document: GraphDocument, chosen: string[]): [GraphDocument, GraphDocument] {
  const extraction = extractionOf(document, chosen, CATALOGUE);
  const child = extractedGraph(document, extraction, "Part", counter());
  const agent: AgentVersion = {
    id: "agent",
    version: 1,
    name: "Part",
    input_schema: inputSchemaOf(child, CATALOGUE),
    output_schema: outputSchemaOf(child, CATALOGUE),
  };
  return [child, replaceExtracted(document, extraction, agent, "node", counter())];
}

describe("an agent made of a part", () => {
  it("has one input for the pins that the same pin outside feeds", () => {
    const [child] = made(CHAIN, ["one", "two"]);

    expect(ends(child.links)).toEqual([
      "one.result → two.a",
      "new-1.result → one.a",
      "new-1.result → one.b",
      "new-1.result → two.b",
      "two.result → new-5.value",
    ]);
    expect(findNode(child, "new-1")?.input_default).toEqual({ name: "a" });
    expect(findNode(child, "new-5")?.input_default).toEqual({ name: "result" });
  });

  it("stands where its nodes were, linked to what they were linked to", () => {
    const [, parent] = made(CHAIN, ["one", "two"]);

    expect(parent.nodes.map((node) => node.id)).toEqual(["x", "sum", "node"]);
    expect(ends(parent.links)).toEqual(["x.result → node.a", "node.result → sum.value"]);
    expect(findNode(parent, "node")?.input_default).toMatchObject({
      graph_id: "agent",
      graph_version: 1,
      agent_name: "Part",
      inputs: {},
    });
  });

  it("leaves no problems behind, neither there nor here", () => {
    const [child, parent] = made(CHAIN, ["one", "two"]);

    expect(problemsOf(child, CATALOGUE)).toEqual([]);
    expect(problemsOf(parent, CATALOGUE)).toEqual([]);
  });

  it("has an input of its own for each source, and one where sources share a pin", () => {
    const document = fakeDocument(
      [input("x"), input("y"), adder("one")],
      ["x.result → one.a", "y.result → one.a", "y.result → one.b"],
    );
    const [child, parent] = made(document, ["one"]);

    expect(ends(child.links)).toEqual(["new-1.result → one.a", "new-3.result → one.b"]);
    expect(ends(parent.links)).toEqual([
      "x.result → node.a",
      "y.result → node.a",
      "y.result → node.b",
    ]);
  });

  it("keeps the inputs and outputs of this agent here", () => {
    const [child, parent] = made(CHAIN, ["x", "one", "two", "sum"]);

    expect(child.nodes.map((node) => node.id)).toEqual(["one", "two", "new-1", "new-5"]);
    expect(parent.nodes.map((node) => node.id)).toEqual(["x", "sum", "node"]);
  });

  it("feeds all that its output fed, from one output", () => {
    const document = fakeDocument(
      [adder("one", { a: 1, b: 2 }), output("sum"), output("again")],
      ["one.result → sum.value", "one.result → again.value"],
    );
    const [child, parent] = made(document, ["one"]);

    expect(child.nodes.map((node) => node.id)).toEqual(["one", "new-1"]);
    expect(ends(parent.links)).toEqual(["node.result → sum.value", "node.result → again.value"]);
  });

  it("gives its errors a name that is not taken", () => {
    const document = fakeDocument(
      [adder("one", { a: 1, b: 2 }), output("why")],
      ["one.error → why.value"],
    );
    const [child, parent] = made(document, ["one"]);

    expect(findNode(child, "new-1")?.input_default).toEqual({ name: "Calculator error" });
    expect(ends(parent.links)).toEqual(["node.Calculator error → why.value"]);
  });

  it("names an input after the part of a value that it fills", () => {
    const document = fakeDocument(
      [input("x"), fakeNode("t", "FillTextTemplateBlock", { format: "{{ who }}" })],
      ["x.result → t.values_#_who"],
    );
    const [child] = made(document, ["t"]);

    expect(findNode(child, "new-1")?.input_default).toEqual({ name: "who" });
    expect(ends(child.links)).toEqual(["new-1.result → t.values_#_who"]);
  });

  it("lies at the origin, with its group", () => {
    const document = fakeDocument(
      [
        fakeNode("one", "CalculatorBlock", {}, { position: { x: 500, y: 300 }, group: "g" }),
        fakeNode("two", "CalculatorBlock", {}, { position: { x: 700, y: 400 }, group: "g" }),
      ],
      [],
      { groups: [{ id: "g", title: "Sums", color: "blue" }] },
    );
    const [child, parent] = made(document, ["one", "two"]);

    expect(child.nodes.map((node) => node.metadata.position)).toEqual([
      { x: 0, y: 0 },
      { x: 200, y: 100 },
    ]);
    expect(child.groups).toEqual([{ id: "g", title: "Sums", color: "blue" }]);
    expect(findNode(parent, "node")?.metadata).toEqual({
      position: { x: 600, y: 350 },
      group: "g",
    });
    expect(parent.groups).toEqual(document.groups);
  });
});

describe("a part that cannot become an agent", () => {
  it("is one with a node between", () => {
    const document = fakeDocument(
      [
        adder("one"),
        fakeNode("between", "StoreValueBlock", {}, { customized_name: "Keep" }),
        adder("two"),
      ],
      ["one.result → between.input", "between.output → two.a"],
    );

    expect(() => extractionOf(document, ["one", "two"], CATALOGUE)).toThrow(
      "“Keep” takes from these blocks and gives to them.",
    );
    expect(extractionOf(document, ["one", "between", "two"], CATALOGUE).inputs).toEqual([]);
  });

  it("is one of inputs, outputs and notes alone", () => {
    const note = fakeNode("note", "NoteBlock", { text: "Hi" });
    const document = fakeDocument([input("x"), output("y"), note]);

    expect(() => extractionOf(document, ["x", "y", "note"], CATALOGUE)).toThrow(
      "Choose at least one block.",
    );
  });
});

describe("the name of an input or output", () => {
  const extraction = extractionOf(CHAIN, ["two"], CATALOGUE);

  it("can be another one", () => {
    const renamed = renameGate(extraction, "inputs", 0, "left");

    expect(extraction.inputs.map((gate) => gate.name)).toEqual(["a", "b"]);
    expect(renamed.inputs.map((gate) => gate.name)).toEqual(["left", "b"]);
    expect(gateProblem(renamed, "inputs", 0)).toBeNull();
  });

  it.each([
    ["inputs", "", "Give it a name."],
    ["inputs", "b", "There is another “b”."],
    ["inputs", "my_credentials", "“my_credentials” means something else. Choose another name."],
    ["outputs", "error", "“error” means something else. Choose another name."],
    ["outputs", "x_#_y", "“x_#_y” means something else. Choose another name."],
  ] as const)("of the %s may not be %o", (side, name, problem) => {
    expect(gateProblem(renameGate(extraction, side, 0, name), side, 0)).toBe(problem);
  });
});
