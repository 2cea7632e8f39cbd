import { describe, expect, it } from "vitest";

import { bytesOf, parseDataUri, sizeOf } from "@/run/values/datauri";
import { isShortened, kindsOf, tableOf } from "@/run/values/kinds";
import { bytes, oneLine } from "@/run/values/text";

const FILE = "a".repeat(64);
const ID = "11111111-2222-4333-8444-555555555555";

describe("the ways in which a value can be shown", () => {
  it.each<[string, unknown, string[]]>([
    ["a word", "hello", ["text"]],
    ["no text", "", ["text"]],
    ["a number", 42, ["text"]],
    ["nothing", null, ["text"]],
    ["a heading", "# Report\nAll is well.", ["markdown", "text"]],
    ["a list", "- one\n- two", ["markdown", "text"]],
    ["one dash", "- one", ["text"]],
    ["a table in text", "| a | b |\n|---|---|\n| 1 | 2 |", ["markdown", "text"]],
    ["stars around words", "a **bold** word", ["markdown", "text"]],
    ["a sum", "2 * 3 * 4 = 24", ["text"]],
    ["an address", "https://example.org/a?b=c", ["link", "text"]],
    ["a script's address", "javascript:alert(1)", ["text"]],
    ["a picture", "data:image/png;base64,iVBORw0KGgo=", ["image", "file", "text"]],
    ["a page as data", "data:text/html,<script>alert(1)</script>", ["file", "text"]],
    ["data that is none", "data: see above", ["text"]],
    ["a file of the run", `${FILE}.pdf`, ["file", "text"]],
    ["a picture of the run", `${FILE}.png`, ["image", "file", "text"]],
    ["a file that was sent in", `workspace://${ID}/a.csv`, ["file", "text"]],
    ["a picture that was sent in", `workspace://${ID}/a.png`, ["image", "file", "text"]],
    ["an object", { a: 1 }, ["json"]],
    ["a list of numbers", [1, 2, 3], ["json"]],
    ["a list of objects", [{ a: 1 }, { a: 2 }], ["table", "json"]],
    ["one object in a list", [{ a: 1, b: 2 }], ["table", "json"]],
    [
      "a list of rows",
      [
        ["a", 1],
        ["b", 2],
      ],
      ["table", "json"],
    ],
    ["rows of different lengths", [["a", 1], ["b"]], ["json"]],
    ["a list of strangers", [{ a: 1 }, { b: 1 }, { c: 1 }], ["json"]],
    ["an empty list", [], ["json"]],
  ])("%s", (_, value, kinds) => {
    expect(kindsOf(value)).toEqual(kinds);
  });

  it("makes a table of what some rows lack, and takes no key from a prototype", () => {
    const rows = [JSON.parse('{"a": 1, "__proto__": 2}') as unknown, { a: 3 }];
    expect(tableOf(rows)).toEqual({
      columns: ["a", "__proto__"],
      rows: [
        [1, 2],
        [3, undefined],
      ],
    });
  });

  it("knows what stands for a longer value from an object that looks alike", () => {
    expect(isShortened({ truncated: true, bytes: 40_000, start: "Once" })).toBe(true);
    expect(isShortened({ truncated: true, bytes: 40_000, start: "Once", more: 1 })).toBe(false);
    expect(isShortened("truncated")).toBe(false);
  });
});

describe("files that a value carries with it", () => {
  it.each([
    ["data:text/plain;charset=utf-8;base64,SGVsbG8=", "text/plain", "Hello"],
    ["data:text/csv,a%2Cb%0A1,2", "text/csv", "a,b\n1,2"],
    ["data:,plain", "text/plain", "plain"],
    ["data:text/plain,%C3%A4", "text/plain", "ä"],
    ["data:text/plain,ä", "text/plain", "ä"],
  ])("%s", (uri, mediaType, text) => {
    const parsed = parseDataUri(uri);
    if (!parsed) throw new Error("It is not a data: URI.");
    expect(parsed.mediaType).toBe(mediaType);
    expect(new TextDecoder().decode(bytesOf(parsed))).toBe(text);
    expect(sizeOf(parsed)).toBe(new TextEncoder().encode(text).length);
  });
});

describe("a value in one line", () => {
  it.each<[unknown, string]>([
    ["a\n  b", "a b"],
    [{ a: [1, { b: null }] }, "{a: [1, {b: null}]}"],
    [true, "true"],
    [undefined, ""],
    [{ truncated: true, bytes: 9999, start: "Once upon" }, "Once upon…"],
    ["x".repeat(500), `${"x".repeat(119)}…`],
  ])("%j", (value, line) => {
    expect(oneLine(value)).toBe(line);
  });

  it("does not write all of a large value", () => {
    const large = Array.from({ length: 1_000_000 }, (_, index) => index);
    const began = performance.now();
    expect(oneLine(large, 20)).toBe("[0, 1, 2, 3, 4, 5, …");
    expect(performance.now() - began).toBeLessThan(50);
  });
});

it.each([
  [12, "12 bytes"],
  [1500, "1.5 KB"],
  [250_000, "250 KB"],
  [3_200_000, "3.2 MB"],
])("%i is said as %s", (count, words) => {
  expect(bytes(count)).toBe(words);
});
