import { describe, expect, it } from "vitest";

import { findNode, type GraphDocument, type JsonObject } from "@/graph/document";
import { duplicate, moveNodes, setValue } from "@/graph/edits";
import { baseOf, stepsOf, withToolRenewed } from "@/graph/pinnames";
import { nextDynamicPin, pinsOf, type Pin } from "@/graph/pins";
import { CATALOGUE, fakeDocument, fakeNode } from "@/testing/fakes";

function inputs(document: GraphDocument, id: string): readonly Pin[] {
  const node = findNode(document, id);
  return node ? pinsOf(node, document, CATALOGUE).inputs : [];
}

function named(pins: readonly Pin[], name: string): Pin {
  const found = pins.find((pin) => pin.name === name);
  if (!found) throw new Error(`There is no pin ${name}.`);
  return found;
}

describe("the pins of a node", () => {
  const document = fakeDocument(
    [
      fakeNode("a", "AgentInputBlock", { name: "a" }),
      fakeNode("l", "CombineTextsBlock", { input_$_10: "x", input_$_2: "y" }),
    ],
    ["a.result → l.input_$_1", "a.result → l.delimiter"],
  );

  it("are the block's, each followed by what it has grown, in order", () => {
    expect(inputs(document, "l").map((pin) => pin.name)).toEqual([
      "input",
      "input_$_1",
      "input_$_2",
      "input_$_10",
      "delimiter",
    ]);
  });

  it("say what is linked, required and given", () => {
    const pins = inputs(document, "l");

    expect(pins.filter((pin) => pin.linked).map((pin) => pin.name)).toEqual([
      "input_$_1",
      "delimiter",
    ]);
    expect(named(pins, "input_$_2")).toMatchObject({ value: "y", isDynamic: true, base: "input" });
    expect(named(pins, "input")).toMatchObject({ required: true, grows: "list" });
  });

  it("stay the same object while the node is dragged, and change with its values", () => {
    const node = findNode(document, "l");
    const moved = moveNodes(document, new Map([["l", { x: 1, y: 1 }]]));
    const movedNode = findNode(moved, "l");
    const changed = setValue(moved, "l", "delimiter", ", ", CATALOGUE);
    if (!node || !movedNode) throw new Error("The node is gone.");
    const pins = pinsOf(node, document, CATALOGUE);

    expect(pinsOf(movedNode, moved, CATALOGUE)).toBe(pins);
    expect(named(inputs(changed, "l"), "delimiter").value).toBe(", ");
  });

  it("stay the same object for a copy and its original alike, though they share their values", () => {
    const ids = new Map([["l", "copy"]]);
    const both = duplicate(document, ids, { x: 20, y: 20 });
    const pins = ["l", "copy", "l", "copy"].map((id) => {
      const node = findNode(both, id);
      return node && pinsOf(node, both, CATALOGUE);
    });

    expect(pins[2]).toBe(pins[0]);
    expect(pins[3]).toBe(pins[1]);
  });

  it("show a link to a pin that the block does not have", () => {
    const odd = fakeDocument(document.nodes, ["a.result → l.gone"]);

    expect(named(inputs(odd, "l"), "gone")).toMatchObject({ linked: true, required: false });
  });
});

describe("the pins of an agent", () => {
  const schema = (name: string): JsonObject => ({
    type: "object",
    properties: { [name]: { type: "string", title: name } },
    required: [name],
  });
  const values = {
    graph_id: "g",
    graph_version: 1,
    input_schema: schema("Question"),
    output_schema: schema("Answer"),
    inputs: { Question: "why" },
  };
  const document = fakeDocument([fakeNode("s", "AgentExecutorBlock", values)]);

  it("are its inputs and outputs", () => {
    const node = findNode(document, "s");
    const pins = node && pinsOf(node, document, CATALOGUE);

    expect(pins?.inputs.map((pin) => [pin.name, pin.value])).toEqual([["Question", "why"]]);
    expect(pins?.outputs.map((pin) => pin.name)).toEqual(["Answer", "error"]);
  });
});

describe("one more dynamic pin", () => {
  const document = fakeDocument([
    fakeNode("l", "CombineTextsBlock", { input: ["one", "two"], input_$_2: "three" }),
    fakeNode("d", "CreateDictionaryBlock", { values: { key: 1 }, "values_#_key_2": 2 }),
  ]);

  function next(id: string, pin: string): string | undefined {
    const node = findNode(document, id);
    return node && nextDynamicPin(node, document, CATALOGUE, named(inputs(document, id), pin));
  }

  it("of a list is the item after the last", () => {
    expect(next("l", "input")).toBe("input_$_3");
  });

  it("of a dictionary has a key that is free", () => {
    expect(next("d", "values")).toBe("values_#_key_3");
  });

  it("is not offered where nothing can be added", () => {
    expect(next("l", "delimiter")).toBeUndefined();
  });
});

describe("the name of a dynamic pin", () => {
  it.each([
    ["values", "values", undefined],
    ["values_#_name", "values", ["name"]],
    ["a_#_b_$_0_@_c", "a", ["b", "0", "c"]],
    ["values_#_", "values", undefined],
    ["tools_^_node_~_pin", "tools", undefined],
  ])("%s", (name, base, steps) => {
    expect(baseOf(name)).toBe(base);
    expect(stepsOf(name)?.map((step) => step.name)).toEqual(steps);
  });

  it("of a tool follows the node that it names", () => {
    const ids = new Map([["old", "new"]]);

    expect(withToolRenewed("tools_^_old_~_pin_~_x", ids)).toBe("tools_^_new_~_pin_~_x");
    expect(withToolRenewed("tools_^_other_~_pin", ids)).toBe("tools_^_other_~_pin");
    expect(withToolRenewed("old", ids)).toBe("old");
  });
});
