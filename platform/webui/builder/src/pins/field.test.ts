import { describe, expect, it } from "vitest";

import type { JsonObject } from "@/graph/json";
import { BLOCKS, blockNamed } from "@/testing/fakes";
import { fieldOf, fieldsOf, itemField, words, type Field } from "@/pins/field";

function field(part: JsonObject, root: JsonObject = {}): Field {
  return fieldOf("some_pin", { part, root });
}

function fieldIn(block: string, pin: string): Field {
  const root = blockNamed(block).inputSchema;
  const found = fieldsOf({ part: root, root }).find((one) => one.name === pin);
  if (!found) throw new Error(`${block} has no ${pin}.`);
  return found;
}

const OR_NULL = { type: "null" };

describe("the control for a value", () => {
  it.each<[string, JsonObject]>([
    ["text", { type: "string" }],
    ["text", { type: "string", format: "short-text" }],
    ["long-text", { anyOf: [{ type: "string", format: "long-text" }, OR_NULL] }],
    ["number", { type: "number" }],
    ["integer", { anyOf: [{ type: "integer" }, OR_NULL], default: null }],
    ["toggle", { type: "boolean", default: false }],
    ["choice", { enum: ["a", "b"] }],
    ["choice", { type: "string", enum: ["a"] }],
    ["date", { type: "string", format: "date" }],
    ["time", { anyOf: [{ type: "string", format: "time" }, OR_NULL] }],
    ["date-time", { type: "string", format: "date-time" }],
    ["file", { type: "string", format: "file" }],
    ["list", { type: "array", items: {} }],
    ["list", { type: "array", items: { type: "object", additionalProperties: true } }],
    ["table", { type: "array", items: { properties: { name: { type: "string" } } } }],
    ["list", { type: "array", items: { properties: { tags: { type: "array" } } } }],
    ["dictionary", { type: "object", additionalProperties: true }],
    ["object", { type: "object", properties: { a: {} } }],
    ["any", {}],
    ["any", { anyOf: [{ type: "integer" }, { type: "string" }] }],
    ["text", { type: ["string", "null"] }],
  ])("is %s for %o", (control, part) => {
    expect(field(part).control).toBe(control);
  });

  it("is one for keys of other services where the name says so", () => {
    expect(fieldOf("credentials", { part: {}, root: {} }).control).toBe("credentials");
    expect(fieldOf("my_credentials", { part: {}, root: {} }).control).toBe("credentials");
    expect(field({ credentials_provider: ["github"] }).control).toBe("credentials");
    expect(fieldOf("credentials_note", { part: { type: "string" }, root: {} }).control).toBe(
      "text",
    );
  });

  it("is found for each pin of each block", () => {
    const found = BLOCKS.flatMap((block) =>
      fieldsOf({ part: block.inputSchema, root: block.inputSchema }).map((one) => one.control),
    );

    expect(found.length).toBeGreaterThan(50);
    expect(found).not.toContain("json");
    expect(found).not.toContain(undefined);
  });
});

describe("a field", () => {
  it("follows a reference, and is titled by its own name", () => {
    const operator = fieldIn("ConditionBlock", "operator");

    expect(operator).toMatchObject({ title: "Operator", control: "choice", required: true });
    expect(operator.choices).toEqual(["==", "!=", ">", "<", ">=", "<="]);
    expect(operator.description).toBe("How to compare the first value with the second");
  });

  it("knows the forms that its value may have, by the key that tells them apart", () => {
    const format = fieldIn("GetCurrentTimeBlock", "format_type");

    expect(format.control).toBe("variant");
    expect(format.discriminator).toBe("discriminator");
    expect(format.variants.map((one) => [one.value, one.title])).toEqual([
      ["strftime", "Strftime"],
      ["iso8601", "Iso8601"],
    ]);
  });

  it("has no default where nothing holds without a value", () => {
    expect(field({ type: "string" }).default).toBeUndefined();
    expect(field({ anyOf: [{ type: "string" }, OR_NULL], default: null }).default).toBeUndefined();
    expect(field({ type: "string", default: "" }).default).toBe("");
  });

  it("may be of any kind, or of those that are named, the default's first", () => {
    expect(field({}).kinds).toEqual(["text", "number", "toggle", "json"]);
    expect(field({ default: 5 }).kinds).toEqual(["number", "text", "toggle", "json"]);
    const either = { anyOf: [{ type: "integer" }, { type: "string" }] };
    expect(field(either).kinds).toEqual(["number", "text"]);
    expect(field({ ...either, default: "x" }).kinds).toEqual(["text", "number"]);
  });

  it("of a list says how to ask for an item", () => {
    const root = { $defs: { Colour: { enum: ["red"] } } };
    const colours = fieldOf("c", {
      part: { type: "array", items: { $ref: "#/$defs/Colour" } },
      root,
    });

    expect(itemField(colours, "c 1").choices).toEqual(["red"]);
  });
});

describe("a label", () => {
  it.each([
    ["use_user_timezone", "Use user timezone"],
    ["a", "A"],
    ["", ""],
    ["_", "_"],
  ])("of %o is %o", (name, label) => {
    expect(words(name)).toBe(label);
  });
});
