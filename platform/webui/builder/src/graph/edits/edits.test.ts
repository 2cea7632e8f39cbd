import { describe, expect, it } from "vitest";

import { findNode, type GraphDocument, type LinkEnds } from "@/graph/document";
import * as edits from "@/graph/edits";
import { CATALOGUE, blockNamed, fakeDocument, fakeLink, fakeNode } from "@/testing/fakes";

const ENDS: LinkEnds = { source_id: "a", source_name: "result", sink_id: "b", sink_name: "text" };

function input(id: string) {
  return fakeNode(id, "AgentInputBlock", { name: id });
}

function values(document: GraphDocument, node: string) {
  return findNode(document, node)?.input_default;
}

const PAIR = fakeDocument([input("a"), fakeNode("b", "PrintToConsoleBlock")]);
const LISTS = fakeDocument(
  [input("a"), fakeNode("l", "CombineTextsBlock", { input_$_0: "x", input_$_2: "z" })],
  ["a.result → l.input_$_1", "a.result → l.input_$_10"],
);

describe("links", () => {
  it("are static where their source block is", () => {
    const linked = edits.connect(PAIR, ENDS, CATALOGUE, "new");

    expect(blockNamed("AgentInputBlock").staticOutput).toBe(true);
    expect(linked.links).toEqual([{ id: "new", ...ENDS, is_static: true }]);
  });

  it("with the same ends are one link", () => {
    const linked = edits.connect(PAIR, ENDS, CATALOGUE, "new");

    expect(edits.connect(linked, ENDS, CATALOGUE, "newer")).toBe(linked);
  });

  it("need both nodes", () => {
    expect(edits.connect(PAIR, { ...ENDS, sink_id: "gone" }, CATALOGUE)).toBe(PAIR);
  });

  it("move to another pin and keep their id", () => {
    const linked = edits.connect(PAIR, ENDS, CATALOGUE, "new");
    const moved = edits.reconnect(linked, "new", { ...ENDS, source_name: "error" }, CATALOGUE);

    expect(moved.links.map((link) => [link.id, link.source_name])).toEqual([["new", "error"]]);
  });

  it("vanish when they are moved onto another one", () => {
    const other = { ...ENDS, source_name: "error" };
    const both = edits.connect(
      edits.connect(PAIR, ENDS, CATALOGUE, "one"),
      other,
      CATALOGUE,
      "two",
    );

    expect(edits.reconnect(both, "two", ENDS, CATALOGUE).links.map((link) => link.id)).toEqual([
      "one",
    ]);
  });
});

describe("nodes", () => {
  it("that are not touched stay the same objects", () => {
    const moved = edits.moveNodes(PAIR, new Map([["a", { x: 5, y: 6 }]]));

    expect(findNode(moved, "a")?.metadata.position).toEqual({ x: 5, y: 6 });
    expect(findNode(moved, "b")).toBe(findNode(PAIR, "b"));
    expect(moved.links).toBe(PAIR.links);
  });

  it("that are moved to where they are change nothing", () => {
    expect(edits.moveNodes(PAIR, new Map([["a", { x: 0, y: 0 }]]))).toBe(PAIR);
  });

  it("take their links with them", () => {
    const linked = edits.connect(PAIR, ENDS, CATALOGUE, "new");
    const left = edits.remove(linked, ["b"]);

    expect(left.nodes.map((node) => node.id)).toEqual(["a"]);
    expect(left.links).toEqual([]);
  });

  it("have the name that they are given, and the block's again for blank text", () => {
    const named = edits.renameNode(PAIR, "a", "Question");

    expect(findNode(named, "a")?.metadata.customized_name).toBe("Question");
    expect(edits.renameNode(named, "a", " ")).toEqual(PAIR);
  });

  it("are disabled by a key that is only there while they are", () => {
    const off = edits.setDisabled(PAIR, ["a", "b"], true);

    expect(off.nodes.map((node) => node.metadata.disabled)).toEqual([true, true]);
    expect(edits.setDisabled(off, ["a", "b"], false)).toEqual(PAIR);
  });

  it("keep outputs that are pinned until none is left", () => {
    const pinned = edits.pinOutputs(PAIR, "a", { result: [1, 2] });

    expect(findNode(pinned, "a")?.metadata.pinned).toEqual({ result: [1, 2] });
    expect(edits.pinOutputs(pinned, "a", {})).toEqual(PAIR);
  });

  it("are duplicated with the links among them and into them", () => {
    const linked = edits.connect(PAIR, ENDS, CATALOGUE, "new");
    const ids = new Map([["b", "b2"]]);
    const doubled = edits.duplicate(linked, ids, { x: 40, y: 40 }, () => "copy");

    expect(doubled.nodes.map((node) => node.id)).toEqual(["a", "b", "b2"]);
    expect(doubled.links[1]).toEqual({ ...linked.links[0], id: "copy", sink_id: "b2" });
    expect(findNode(doubled, "b2")?.metadata.position).toEqual({ x: 40, y: 40 });
  });
});

describe("values", () => {
  it("are set and taken away", () => {
    const set = edits.setValue(PAIR, "b", "text", "hello", CATALOGUE);

    expect(values(set, "b")).toEqual({ text: "hello" });
    expect(edits.setValue(set, "b", "text", undefined, CATALOGUE)).toEqual(PAIR);
  });

  it("that are there already change nothing", () => {
    const set = edits.setValue(PAIR, "b", "text", { a: [1] }, CATALOGUE);

    expect(edits.setValue(set, "b", "text", { a: [1] }, CATALOGUE)).toBe(set);
  });

  it("of an agent are its inputs", () => {
    const agent = fakeDocument([fakeNode("s", "AgentExecutorBlock", { graph_id: "g", data: {} })]);
    const set = edits.setValue(agent, "s", "Question", "why", CATALOGUE);

    expect(values(set, "s")).toEqual({ graph_id: "g", inputs: { Question: "why" } });
  });

  it("may have names that objects have of themselves", () => {
    const set = edits.setValue(PAIR, "b", "constructor", 1, CATALOGUE);

    expect(JSON.stringify(values(set, "b"))).toBe('{"constructor":1}');
  });
});

describe("dynamic pins", () => {
  it("are added with a value", () => {
    const added = edits.addDynamicPin(LISTS, "l", "input_$_3", CATALOGUE);

    expect(values(added, "l")).toEqual({ input_$_0: "x", input_$_2: "z", input_$_3: "" });
    expect(edits.addDynamicPin(added, "l", "input_$_3", CATALOGUE, "again")).toBe(added);
  });

  it("are renamed with their links and values, in their place", () => {
    const document = fakeDocument(
      [input("a"), fakeNode("d", "CreateDictionaryBlock", { "values_#_a": 1, "values_#_b": 2 })],
      ["a.result → d.values_#_a"],
    );
    const renamed = edits.renameDynamicPin(document, "d", "values_#_a", "values_#_c", CATALOGUE);

    expect(JSON.stringify(values(renamed, "d"))).toBe('{"values_#_c":1,"values_#_b":2}');
    expect(renamed.links[0]?.sink_name).toBe("values_#_c");
  });

  it("are not renamed to a name that is taken, empty, or of another pin", () => {
    for (const name of ["input_$_1", "input_$_2", "input_$_", "other_$_0"])
      expect(edits.renameDynamicPin(LISTS, "l", "input_$_0", name, CATALOGUE)).toBe(LISTS);
  });

  it("of a list move up when one before them goes", () => {
    const left = edits.removeDynamicPin(LISTS, "l", "input_$_1", CATALOGUE);

    expect(values(left, "l")).toEqual({ input_$_0: "x", input_$_1: "z" });
    expect(left.links.map((link) => link.sink_name)).toEqual(["input_$_9"]);
  });

  it("of a dictionary go alone", () => {
    const document = fakeDocument([
      fakeNode("d", "CreateDictionaryBlock", { "values_#_1": 1, "values_#_2": 2 }),
    ]);
    const left = edits.removeDynamicPin(document, "d", "values_#_1", CATALOGUE);

    expect(values(left, "d")).toEqual({ "values_#_2": 2 });
  });
});

describe("groups", () => {
  const made = edits.group(PAIR, ["a", "b"], { id: "g", title: "Both", color: "blue" });

  it("hold the nodes that name them", () => {
    expect(made.groups).toEqual([{ id: "g", title: "Both", color: "blue" }]);
    expect(made.nodes.map((node) => node.metadata.group)).toEqual(["g", "g"]);
  });

  it("leave no trace when they are taken apart", () => {
    expect(edits.ungroup(made, "g")).toEqual(PAIR);
  });

  it("go with their last member", () => {
    expect(edits.remove(made, ["a"]).groups).toHaveLength(1);
    expect(edits.remove(made, ["a", "b"]).groups).toBeUndefined();
    expect(edits.putIntoGroup(made, ["a", "b"], null)).toEqual(PAIR);
  });

  it("have titles and colours that can change", () => {
    const changed = edits.changeGroup(made, "g", { title: "Ends" });

    expect(changed.groups).toEqual([{ id: "g", title: "Ends", color: "blue" }]);
    expect(edits.changeGroup(changed, "g", { title: "Ends" })).toBe(changed);
  });
});

describe("a tool's pin", () => {
  it("names the copy of its node after both were duplicated", () => {
    const tool = fakeLink("a.tools_^_b_~_text → b.text");
    const document = fakeDocument([input("a"), fakeNode("b", "PrintToConsoleBlock")], [tool]);
    const ids = new Map([
      ["a", "a2"],
      ["b", "b2"],
    ]);
    const doubled = edits.duplicate(document, ids, { x: 0, y: 0 });

    expect(doubled.links[1]?.source_name).toBe("tools_^_b2_~_text");
  });
});
