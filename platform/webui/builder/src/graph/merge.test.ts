import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { paste } from "@/graph/clipboard";
import { comparisonOf, diffOf, isSameGraph } from "@/graph/diff";
import { findNode, type GraphDocument } from "@/graph/document";
import * as edits from "@/graph/edits";
import { AGENT_ITSELF, merge, type Side } from "@/graph/merge";
import { action, isWhole } from "@/testing/actions";
import { CATALOGUE, blockNamed, fakeDocument, fakeNode } from "@/testing/fakes";

const BASE = fakeDocument(
  [
    fakeNode("a", "AgentInputBlock", { name: "a" }),
    fakeNode("c", "CalculatorBlock", { operation: "Add", a: 1, b: 2 }),
    fakeNode("p", "PrintToConsoleBlock"),
  ],
  ["a.result → c.a", "c.result → p.text"],
);

const set = (document: GraphDocument, pin: string, value: number) =>
  edits.setValue(document, "c", pin, value, CATALOGUE);
const move = (document: GraphDocument, x: number) =>
  edits.moveNodes(document, new Map([["c", { x, y: 0 }]]));

describe("a difference", () => {
  it("names nodes, links and fields", () => {
    const added = edits.addNode(
      BASE,
      edits.newNode(blockNamed("NoteBlock"), { x: 0, y: 0 }, {}, "n"),
    );
    const after = edits.setName(set(edits.remove(added, ["p"]), "a", 5), "Other");
    const diff = diffOf(BASE, after);

    expect(diff.nodes.map(({ id, kind }) => [id, kind])).toEqual([
      ["c", "changed"],
      ["n", "added"],
      ["p", "removed"],
    ]);
    expect(diff.nodes[0]?.fields).toEqual([{ path: ["input_default", "a"], before: 1, after: 5 }]);
    expect(diff.links.map(({ kind, link }) => [kind, link.id])).toEqual([
      ["removed", "c.result → p.text"],
    ]);
    expect(diff.fields).toEqual([{ path: ["name"], before: "Agent", after: "Other" }]);
  });

  it("tells what only moved from what changed", () => {
    expect(diffOf(BASE, move(BASE, 9)).nodes.map(({ kind }) => kind)).toEqual(["moved"]);
    expect(diffOf(BASE, set(move(BASE, 9), "a", 5)).nodes.map(({ kind }) => kind)).toEqual([
      "changed",
    ]);
  });

  it("recognises nodes under new ids", () => {
    const ids = new Map(BASE.nodes.map(({ id }) => [id, `new ${id}`]));
    const renamed = paste(fakeDocument(), { ...BASE, groups: [] }, { ids }).document;
    const after = edits.setValue(renamed, "new c", "a", 5, CATALOGUE);
    const diff = diffOf(BASE, after);

    expect(diff.nodes.map(({ id, kind }) => [id, kind])).toEqual([["new c", "changed"]]);
    expect(diff.links).toEqual([]);
  });

  it("is none between a document and itself, whatever was done and undone", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
        const document = actions.reduce((held, { change }) => change(held), BASE);
        const anew = JSON.parse(JSON.stringify(document)) as GraphDocument;

        expect(isSameGraph(document, anew)).toBe(true);
      }),
    );
  });

  it("shows on the canvas what was removed too", () => {
    const after = edits.reconnect(
      edits.remove(BASE, ["a"]),
      "c.result → p.text",
      { source_id: "c", source_name: "error", sink_id: "p", sink_name: "text" },
      CATALOGUE,
    );
    const { document, nodes, links } = comparisonOf(BASE, after);

    expect(isWhole(document)).toBe(true);
    expect(document.nodes.map((node) => node.id)).toEqual(["c", "p", "a"]);
    expect([...nodes]).toEqual([["a", "removed"]]);
    expect([...links.values()].sort()).toEqual(["added", "removed", "removed"]);
  });
});

describe("a merge", () => {
  it("takes over what only one side changed, field by field", () => {
    const mine = set(BASE, "a", 5);
    const theirs = edits.renameNode(set(BASE, "b", 6), "c", "Sum");
    const { document, nodes } = merge(BASE, mine, theirs);

    expect(findNode(document, "c")?.input_default).toEqual({ operation: "Add", a: 5, b: 6 });
    expect(findNode(document, "c")?.metadata.customized_name).toBe("Sum");
    expect(nodes.map(({ id, isConflict }) => [id, isConflict])).toEqual([["c", false]]);
  });

  it("asks per node where both changed a field otherwise", () => {
    const mine = set(set(BASE, "a", 5), "b", 7);
    const theirs = set(BASE, "a", 6);
    const chosen = (side: Side) => merge(BASE, mine, theirs, new Map([["c", side]])).document;

    expect(merge(BASE, mine, theirs).nodes[0]).toMatchObject({
      id: "c",
      isConflict: true,
      fields: [{ path: ["input_default", "a"], base: 1, mine: 5, theirs: 6 }],
    });
    expect(findNode(chosen("mine"), "c")?.input_default).toMatchObject({ a: 5, b: 7 });
    expect(findNode(chosen("theirs"), "c")?.input_default).toMatchObject({ a: 6, b: 7 });
  });

  it("asks where one side removed what the other changed, and keeps its links with it", () => {
    const mine = set(BASE, "a", 5);
    const theirs = edits.remove(BASE, ["c"]);
    const chosen = (side: Side) => merge(BASE, mine, theirs, new Map([["c", side]])).document;

    expect(merge(BASE, mine, theirs).nodes[0]).toMatchObject({
      id: "c",
      mine: "changed",
      theirs: "removed",
      isConflict: true,
      fields: [],
    });
    expect(chosen("mine").links).toHaveLength(2);
    expect(chosen("theirs").nodes.map((node) => node.id)).toEqual(["a", "p"]);
    expect(chosen("theirs").links).toEqual([]);
  });

  it("removes what one side removed and the other only moved", () => {
    const { document, nodes } = merge(BASE, move(BASE, 9), edits.remove(BASE, ["c"]));

    expect(findNode(document, "c")).toBeUndefined();
    expect(nodes.every(({ isConflict }) => !isConflict)).toBe(true);
  });

  it("never asks where a node lies", () => {
    const { document, nodes } = merge(BASE, move(BASE, 5), move(BASE, 6));

    expect(findNode(document, "c")?.metadata.position.x).toBe(5);
    expect(nodes[0]?.isConflict).toBe(false);
  });

  it("asks for the agent itself too", () => {
    const [mine, theirs] = [edits.setName(BASE, "Mine"), edits.setName(BASE, "Theirs")];
    const { document } = merge(BASE, mine, theirs, new Map([[AGENT_ITSELF, "theirs"]]));

    expect(merge(BASE, mine, theirs).nodes[0]).toMatchObject({ id: "", isConflict: true });
    expect(document.name).toBe("Theirs");
  });

  it("unlinks what either side unlinked and links what either linked", () => {
    const ends = { source_id: "a", source_name: "result", sink_id: "p", sink_name: "text" };
    const mine = edits.disconnect(BASE, ["a.result → c.a"]);
    const theirs = edits.connect(BASE, ends, CATALOGUE, "new");
    const { document, links } = merge(BASE, mine, theirs);

    expect(document.links.map((link) => link.id)).toEqual(["c.result → p.text", "new"]);
    expect(links).toEqual({
      mine: { added: 0, removed: 1 },
      theirs: { added: 1, removed: 0 },
    });
  });
});

describe("any merge", () => {
  const changed = fc
    .array(action, { maxLength: 12 })
    .map((actions) => actions.reduce((held, { change }) => change(held), BASE));

  it("with an unchanged side is the other side", () => {
    fc.assert(
      fc.property(changed, (document) => {
        expect(isSameGraph(merge(BASE, document, BASE).document, document)).toBe(true);
        expect(isSameGraph(merge(BASE, BASE, document).document, document)).toBe(true);
        expect(isSameGraph(merge(BASE, document, document).document, document)).toBe(true);
        expect(merge(BASE, document, document).nodes.some((one) => one.isConflict)).toBe(false);
      }),
    );
  });

  it("holds together, and without conflicts does not depend on whose side is whose", () => {
    fc.assert(
      fc.property(changed, changed, (one, other) => {
        const there = merge(BASE, one, other);
        const back = merge(BASE, other, one);

        expect(isWhole(there.document)).toBe(true);
        if (there.nodes.some((node) => node.isConflict)) return;
        const differences = diffOf(there.document, back.document);
        expect(differences.nodes.filter((node) => node.kind !== "moved")).toEqual([]);
        expect(differences.links).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
