import { describe, expect, it } from "vitest";

import { readNumber } from "@/pins/numbers";

describe("a number as it is typed", () => {
  it.each<[string, number | string | null]>([
    ["12", 12],
    [" +12 ", 12],
    ["-1.5", -1.5],
    ["1,5", 1.5],
    ["1.", 1],
    [".5", 0.5],
    ["1e3", 1000],
    ["12345678901234567890", "12345678901234567890"],
    ["+12345678901234567890", "12345678901234567890"],
    ["1e999", null],
    ["", null],
    ["-", null],
    ["1.5.2", null],
    ["twelve", null],
    ["0x10", null],
  ])("%o is %o", (text, number) => {
    expect(readNumber(text)).toBe(number);
  });
});
