import { describe, expect, it } from "vitest";

import { catalogueOf } from "@/graph/catalogue";
import { copyText, isSecret, paste, readClipping } from "@/graph/clipboard";
import type { Json, JsonObject } from "@/graph/document";
import { group } from "@/graph/edits";
import { blockNamed, CATALOGUE, fakeDocument, fakeNode } from "@/testing/fakes";
import { sharedCases } from "@/testing/shared";

const SECRET_NAMES = sharedCases("unit/graphs/secret_names.json") as [string, Json, boolean][];

function copied(block: string, values: JsonObject): JsonObject {
  const text = copyText(fakeDocument([fakeNode("n", block, values)]), ["n"], CATALOGUE);
  return readClipping(text).nodes[0]?.input_default ?? {};
}

const DOCUMENT = fakeDocument(
  [
    fakeNode("a", "AgentInputBlock", { name: "a" }, { position: { x: 100, y: 50 } }),
    fakeNode("p", "PrintToConsoleBlock", {}, { position: { x: 300, y: 20 }, pinned: { x: [1] } }),
    fakeNode("other", "PrintToConsoleBlock"),
  ],
  ["a.result → p.text", "a.result → other.text", "a.tools_^_p_~_text → p.text"],
);

describe("what is copied", () => {
  it("is the nodes and the links among them", () => {
    const clipping = readClipping(copyText(DOCUMENT, ["a", "p"], CATALOGUE));

    expect(clipping.nodes.map((node) => node.id)).toEqual(["a", "p"]);
    expect(clipping.links.map((link) => link.sink_id)).toEqual(["p", "p"]);
  });

  it("has no pinned outputs: they are data of runs", () => {
    const clipping = readClipping(copyText(DOCUMENT, ["p"], CATALOGUE));

    expect(clipping.nodes[0]?.metadata).toEqual({ position: { x: 300, y: 20 } });
  });

  it.each(SECRET_NAMES)("leaves a secret behind, by its name: %s", (name, value, secret) => {
    expect(isSecret(name, value)).toBe(secret);
  });

  it("leaves secrets behind at any depth", () => {
    const values = {
      values: { a: 1, password: "p", deep: [{ token: "t", b: 2 }, ["kept"]] },
      "values_#_api_key": "k",
    };

    expect(copied("CreateDictionaryBlock", values)).toEqual({
      values: { a: 1, deep: [{ b: 2 }, ["kept"]] },
    });
  });

  it("leaves the default of a secret input behind, and keeps other defaults", () => {
    const input = (secret: boolean) => ({ name: "key", value: "sk-1", secret });

    expect(copied("AgentInputBlock", input(true))).toEqual({ name: "key", secret: true });
    expect(copied("AgentInputBlock", input(false))).toEqual(input(false));
  });

  it("does not say whose agents it runs, nor what their secret inputs are", () => {
    const part = (extra: JsonObject) => ({ type: "string", ...extra });
    const schema = {
      properties: { password: part({ default: "p" }), plain: part({ default: 1 }) },
    };
    const found = copied("AgentExecutorBlock", {
      user_id: "me",
      graph_id: "g",
      graph_version: 2,
      inputs: { plain: "x", password: "p" },
      input_schema: schema,
    });

    expect(found).toEqual({
      graph_id: "g",
      graph_version: 2,
      inputs: { plain: "x" },
      input_schema: { properties: { password: part({}), plain: part({ default: 1 }) } },
    });
  });
});

describe("a secret", () => {
  const SECRET = "sesame-7741";

  it("of a sub-agent's input stays behind whatever its name", () => {
    const schema = { properties: { phrase: { secret: true }, open: {} } };
    const found = copied("AgentExecutorBlock", {
      input_schema: schema,
      inputs: { phrase: SECRET, open: 1 },
      "inputs_#_phrase": SECRET,
      "inputs_#_open": 2,
    });

    expect(found).toEqual({ input_schema: schema, inputs: { open: 1 }, "inputs_#_open": 2 });
  });

  it("in a field that a block marks as one is not in the text, whatever its name", () => {
    const block = blockNamed("PrintToConsoleBlock");
    const marked = { type: "string", secret: true };
    const safe = {
      ...block,
      id: "safe",
      inputSchema: { properties: { phrase: marked, open: {} } },
    };
    const catalogue = catalogueOf([safe]);
    const node = { ...fakeNode("n", "PrintToConsoleBlock"), block_id: "safe" };
    const values = { phrase: SECRET, open: 1 };
    const text = copyText(fakeDocument([{ ...node, input_default: values }]), ["n"], catalogue);

    expect(readClipping(text).nodes[0]?.input_default).toEqual({ open: 1 });
    expect(text).not.toContain(SECRET);
  });
});

describe("what is pasted", () => {
  const grouped = group(DOCUMENT, ["a", "p"], { id: "g", title: "Both", color: "blue" });
  const clipping = readClipping(copyText(grouped, ["a", "p"], CATALOGUE));
  const ids = new Map([
    ["a", "a2"],
    ["p", "p2"],
    ["g", "g2"],
  ]);

  it("comes under new ids, in links, tools and groups too", () => {
    let number = 0;
    const linkId = () => `link ${(number += 1)}`;
    const { document, nodes } = paste(fakeDocument(), clipping, { ids, linkId });

    expect(nodes).toEqual(["a2", "p2"]);
    expect(document.links).toMatchObject([
      { id: "link 1", source_id: "a2", sink_id: "p2", source_name: "result" },
      { id: "link 2", source_id: "a2", sink_id: "p2", source_name: "tools_^_p2_~_text" },
    ]);
    expect(document.groups).toEqual([{ id: "g2", title: "Both", color: "blue" }]);
    expect(document.nodes.map((node) => node.metadata.group)).toEqual(["g2", "g2"]);
  });

  it("lies where it is dropped", () => {
    const { document } = paste(fakeDocument(), clipping, { at: { x: 0, y: 0 }, ids });

    expect(document.nodes.map((node) => node.metadata.position)).toEqual([
      { x: 0, y: 30 },
      { x: 200, y: 0 },
    ]);
  });

  it("can be pasted twice into the same agent", () => {
    const once = paste(grouped, clipping);
    const twice = paste(once.document, clipping);

    expect(twice.document.nodes).toHaveLength(DOCUMENT.nodes.length + 4);
    expect(new Set(twice.document.nodes.map((node) => node.id)).size).toBe(7);
    expect(new Set(twice.document.links.map((link) => link.id)).size).toBe(7);
  });

  it("may be a whole agent, bare or as the API sends it", () => {
    const agent = JSON.stringify({ graph: { ...DOCUMENT, name: "Whole" } });

    expect(readClipping(agent).name).toBe("Whole");
    expect(readClipping(agent).nodes).toHaveLength(3);
  });

  it.each([
    ["hello", "It is not JSON."],
    ["[1]", "A graph is a JSON object."],
    ['{"a": 1}', "A graph has a list of `nodes`."],
    ['{"nodes": []}', "There are no nodes in it."],
    ['{"nodes": [{"id": "a"}]}', "The node at place 1 lacks its `id` or its `block_id`."],
  ])("is refused with the reason: %s", (text, reason) => {
    expect(() => readClipping(text)).toThrow(reason);
  });
});
