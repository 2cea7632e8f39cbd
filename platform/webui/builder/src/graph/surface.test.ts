import { describe, expect, it } from "vitest";

import type { JsonObject } from "@/graph/document";
import { setDisabled } from "@/graph/edits";
import { inputSchemaOf, outputSchemaOf } from "@/graph/surface";
import { CATALOGUE, fakeDocument, fakeNode } from "@/testing/fakes";
import { sharedCases } from "@/testing/shared";

interface Case {
  readonly case: string;
  readonly nodes: readonly { readonly block: string; readonly values: JsonObject }[];
  readonly input_schema: JsonObject;
  readonly output_schema: JsonObject;
}

const CASES = sharedCases("unit/engine/surfaces.json") as readonly Case[];

describe("what an agent takes and gives", () => {
  it.each(CASES)("is the same as on the server: $case", ({ nodes, ...wanted }) => {
    const document = fakeDocument(
      nodes.map(({ block, values }, index) => fakeNode(`node ${index}`, block, values)),
    );

    expect(inputSchemaOf(document, CATALOGUE)).toEqual(wanted.input_schema);
    expect(outputSchemaOf(document, CATALOGUE)).toEqual(wanted.output_schema);
  });

  it("leaves out what is disabled", () => {
    const document = fakeDocument([fakeNode("x", "AgentInputBlock", { name: "city" })]);

    expect(inputSchemaOf(setDisabled(document, ["x"], true), CATALOGUE).properties).toEqual({});
  });
});
