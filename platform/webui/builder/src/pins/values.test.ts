import { describe, expect, it } from "vitest";

import type { Json } from "@/graph/json";
import { asDataUri } from "@/pins/files";
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
  ])("%o is %o", (value, words) => {
    expect(summary(value)).toBe(words);
  });
});

describe("a file in a value", () => {
  it("goes there and comes back with its type and size", async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
    const uri = await asDataUri(new Blob([bytes], { type: "image/png" }), 200_000);

    expect(dataFile(uri)).toEqual({ type: "image/png", size: 100_000 });
    expect(Buffer.from(uri.slice(uri.indexOf(",") + 1), "base64").equals(bytes)).toBe(true);
  });

  it("without a type that can be told is a stream of bytes", async () => {
    expect(await asDataUri(new Blob(["a"], { type: "a b" }), 10)).toBe(
      "data:application/octet-stream;base64,YQ==",
    );
  });

  it("is refused where a run would not take it", async () => {
    await expect(asDataUri(new Blob(["abcd"]), 3)).rejects.toThrow(
      "The file has 4 bytes; a run takes 3 bytes.",
    );
  });

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
