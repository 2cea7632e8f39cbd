import { describe, expect, it } from "vitest";

import type { Json } from "@/graph/json";
import { dataFile, sizeText, summary } from "@/pins/values";

describe("a value in a few words", () => {
  it.each<[Json | undefined, string]>([
    [undefined, ""],
    [null, ""],
    [0, "0"],
    [false, "off"],
    ["a\n  b", "a b"],
    ["x".repeat(61), `${"x".repeat(59)}…`],
    [[], "empty list"],
    [{}, "no entries"],
    [[1, "a"], '[1,"a"]'],
    ["data:image/png;base64,AAAA", "image/png, 3 bytes"],
    ["workspace://11111111-2222-4333-8444-555555555555/a%20b.csv", "a b.csv"],
  ])("%o is %o", (value, words) => {
    expect(summary(value)).toBe(words);
  });
});

describe("a file in a value", () => {
  it("may be text that is not encoded", () => {
    expect(dataFile("data:,a%20b")).toEqual({ type: "text/plain", size: 5 });
    expect(dataFile("https://example.org/a.png")).toBeNull();
  });
});

describe("a size", () => {
  it.each([
    [1, "1 byte"],
    [1023, "1023 bytes"],
    [1536, "1.5 KB"],
    [20 * 1024 * 1024, "20 MB"],
  ])("of %o is %o", (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});
