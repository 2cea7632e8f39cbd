import { describe, expect, it } from "vitest";

import { inputPin, nextDynamicPin, pinsOf } from "@/graph/pins";
import { callTool, toolServerOf } from "@/graph/tools";
import { CATALOGUE, fakeDocument, fakeNode } from "@/testing/fakes";

const WEATHER = {
  name: "weather",
  description: "The weather of a city",
  input_schema: {
    type: "object",
    properties: {
      city: { type: "string", description: "Where" },
      days: { type: "integer", default: 1 },
      unit: { $ref: "#/$defs/Unit" },
      "a_#_b": { type: "string" },
    },
    required: ["city"],
    $defs: { Unit: { type: "string", enum: ["C", "F"] } },
  },
};
const PLAIN = fakeDocument([
  fakeNode("t", "MCPToolBlock", { server_url: " https://mcp.example/mcp " }),
]);
const CHOSEN = callTool(PLAIN, "t", WEATHER);

function tool(document = CHOSEN) {
  const [node] = document.nodes;
  if (!node) throw new Error("No node.");
  return node;
}

function argumentsOf(document = CHOSEN) {
  const { inputs } = pinsOf(tool(document), document, CATALOGUE);
  return inputs.filter((pin) => pin.base === "tool_arguments" && pin.isDynamic);
}

describe("a tool of an MCP server", () => {
  it("has its arguments as pins once it is chosen", () => {
    expect(argumentsOf(PLAIN)).toEqual([]);
    expect(argumentsOf().map(({ name, title, required }) => ({ name, title, required }))).toEqual([
      { name: "tool_arguments_#_city", title: "city", required: true },
      { name: "tool_arguments_#_days", title: "days", required: false },
      { name: "tool_arguments_#_unit", title: "unit", required: false },
    ]);
  });

  it("gives its arguments the types that the server said", () => {
    expect(argumentsOf().map((pin) => pin.schema.part.type)).toEqual([
      "string",
      "integer",
      "string",
    ]);
    expect(argumentsOf()[0]?.description).toBe("Where");
    expect(argumentsOf()[2]?.schema.part.enum).toEqual(["C", "F"]);
  });

  it("takes links and values for them, beside arguments that it does not know", () => {
    const node = fakeNode("t", "MCPToolBlock", {
      ...tool().input_default,
      "tool_arguments_#_more": 1,
    });
    const source = fakeNode("x", "AgentInputBlock", { name: "x" });
    const linked = fakeDocument([source, node], ["x.result → t.tool_arguments_#_city"]);
    const pins = pinsOf(node, linked, CATALOGUE).inputs;

    expect(pins.filter((pin) => pin.linked).map((pin) => pin.name)).toEqual([
      "tool_arguments_#_city",
    ]);
    expect(pins.find((pin) => pin.title === "more")?.value).toBe(1);
    const whole = inputPin(linked, node, "tool_arguments", CATALOGUE);
    expect(whole?.grows).toBe("dict");
    expect(whole && nextDynamicPin(node, linked, CATALOGUE, whole)).toBe("tool_arguments_#_key");
  });

  it("is looked for where the node says, with the credential that it names", () => {
    expect(toolServerOf(tool())).toEqual({ url: "https://mcp.example/mcp", credential: null });
    const named = fakeNode("t", "MCPToolBlock", {
      server_url: "stdio:local",
      credentials: { id: "k" },
    });
    expect(toolServerOf(named)).toEqual({ url: "stdio:local", credential: "k" });
    expect(toolServerOf(fakeNode("t", "MCPToolBlock", { server_url: " " }))).toBeNull();
  });

  it("keeps the pins as they are while nothing that shapes them changes", () => {
    expect(argumentsOf()).toEqual(argumentsOf());
    expect(pinsOf(tool(), CHOSEN, CATALOGUE)).toBe(pinsOf(tool(), CHOSEN, CATALOGUE));
    expect(callTool(CHOSEN, "t", WEATHER)).toBe(CHOSEN);
    expect(callTool(CHOSEN, "gone", WEATHER)).toBe(CHOSEN);
  });
});
