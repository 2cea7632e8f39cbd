import { describe, expect, it } from "vitest";

import { fitOf, type Fit } from "@/graph/compat";
import type { Json, JsonObject } from "@/graph/document";
import type { Schema } from "@/graph/schema";
import { misfit } from "@/graph/values";
import { sharedCases } from "@/testing/shared";

interface PinCases {
  readonly types: Readonly<Record<string, { readonly schema: JsonObject }>>;
  readonly fits: Readonly<Record<string, Readonly<Record<string, Fit>>>>;
  readonly values: Readonly<Record<string, readonly [Json, "fits" | "warning" | "error"][]>>;
}

const CASES = sharedCases("unit/blocks/pin_cases.json") as PinCases;

function schema(name: string): Schema {
  const part = CASES.types[name]?.schema ?? {};
  return { part, root: part };
}

describe("may an output feed an input", () => {
  it.each(Object.entries(CASES.fits))("says what happens to every %s", (output, fits) => {
    const said = Object.keys(fits).map((input) => [input, fitOf(schema(output), schema(input))]);

    expect(Object.fromEntries(said)).toEqual(fits);
  });
});

describe("does a typed value fit its pin", () => {
  it.each(Object.entries(CASES.values))("says it of a %s", (type, values) => {
    const said = values.map(([value]) => [value, misfit(value, schema(type))?.severity ?? "fits"]);

    expect(said).toEqual(values);
  });

  it("takes null as not given", () => {
    expect(misfit(null, schema("whole number"))).toBeUndefined();
  });

  it("names the place inside a list", () => {
    expect(misfit([{ name: "Ada" }, {}], schema("list of people"))?.sentence).toBe(
      "does not fit: item 2 lacks `name`.",
    );
  });
});
