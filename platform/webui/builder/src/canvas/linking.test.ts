import { describe, expect, it } from "vitest";

import { endsBetween, grownEnd } from "@/canvas/linking";
import { catalogueOf, type Block } from "@/graph/catalogue";
import type { GraphDocument, JsonObject } from "@/graph/document";
import { connect } from "@/graph/edits";
import { BLOCKS, blockNamed, fakeDocument, fakeNode } from "@/testing/fakes";

const PERSON: JsonObject = {
  type: "object",
  properties: {
    email: { type: "string" },
    age: { type: "integer" },
    tags: { type: "array", items: { type: "string" } },
  },
};
const OBJECTS: Block = {
  ...blockNamed("StoreValueBlock"),
  id: "00000000-0000-4000-8000-00000000000b",
  inputSchema: { type: "object", properties: { user: PERSON }, required: ["user"] },
};
const CATALOGUE = catalogueOf([...BLOCKS, OBJECTS]);
const START = { node: "from", side: "source" } as const;

/** Return a document with a source, and a sink whose pins can grow. */
function linkable(source: string, sink: string | Block, values: JsonObject = {}): GraphDocument {
  const to = fakeNode("to", typeof sink === "string" ? sink : "StoreValueBlock");
  const nodes = [
    fakeNode("from", source, values),
    typeof sink === "string" ? to : { ...to, block_id: sink.id },
  ];
  return fakeDocument(nodes);
}

/** Return the document with a link dropped on the "add" spot of the pin, and the pin that it made. */
function dropped(document: GraphDocument, from: string, to: string): [GraphDocument, string] {
  const start = { ...START, pin: from };
  const end = grownEnd({ node: "to", pin: to, side: "target" }, start, document, CATALOGUE);
  return [connect(document, endsBetween(start, end), CATALOGUE), end.pin];
}

describe("a link that is dropped where pins are added", () => {
  it("goes into a dictionary under the name of the agent's input", () => {
    const document = linkable("AgentInputBlock", "CreateDictionaryBlock", { name: "First name" });

    expect(dropped(document, "result", "values")[1]).toBe("values_#_First_name");
  });

  it("goes into a dictionary as often as wanted", () => {
    const [once] = dropped(
      linkable("CalculatorBlock", "CreateDictionaryBlock"),
      "result",
      "values",
    );
    const [twice, pin] = dropped(once, "result", "values");

    expect(pin).toBe("values_#_result_2");
    expect(twice.links.map((link) => link.sink_name)).toEqual([
      "values_#_result",
      "values_#_result_2",
    ]);
  });

  it("goes to the attribute of an object that has its name", () => {
    const document = linkable("AgentInputBlock", OBJECTS, { name: "tags" });

    expect(dropped(document, "result", "user")[1]).toBe("user_@_tags");
  });

  it("goes to the first free attribute that takes its values, one after the other", () => {
    const [once, first] = dropped(linkable("GetCurrentTimeBlock", OBJECTS), "time", "user");
    expect(first).toBe("user_@_email");
    expect(once.links[0]?.sink_name).toBe("user_@_email");

    const [, second] = dropped(once, "time", "user");
    expect(second).not.toBe("user_@_email");
  });
});
