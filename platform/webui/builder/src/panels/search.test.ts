import { expect, test } from "vitest";

import { foundIn } from "@/panels/search";

const blocks = [
  ["Calculator", "Two numbers and an operation"],
  ["Get Current Time", "The time of day"],
  ["Countdown Timer", "Waits"],
  ["Store Value", "Keeps a value; a calculator reads it"],
];
const find = (words: string) => foundIn(blocks, words, (texts) => texts).map(([title]) => title);

test("names that begin with the word come before names and texts that hold it", () => {
  expect(find("calc")).toEqual(["Calculator", "Store Value"]);
  expect(find("time")).toEqual(["Get Current Time", "Countdown Timer"]);
});

test("every word has to be found", () => {
  expect(find("time current")).toEqual(["Get Current Time"]);
  expect(find("time banana")).toEqual([]);
});

test("initials are enough", () => {
  expect(find("gct")).toEqual(["Get Current Time"]);
});
