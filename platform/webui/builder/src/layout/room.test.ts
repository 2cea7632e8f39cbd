import { describe, expect, it } from "vitest";

import { roomFor } from "@/layout/room";

const SIZE = { width: 100, height: 100 };

describe("room for a box", () => {
  it("is where it is wanted, if nothing is there", () => {
    const far = { x: 124, y: 0, ...SIZE };

    expect(roomFor({ x: 0, y: 0 }, SIZE, [far])).toEqual({ x: 0, y: 0 });
  });

  it("is the nearest place that covers nothing, with a gap", () => {
    const there = { x: 0, y: 0, ...SIZE };

    expect(roomFor({ x: 0, y: 0 }, SIZE, [there])).toEqual({ x: 144, y: 0 });
    expect(roomFor({ x: 90, y: 10 }, SIZE, [there])).toEqual({ x: 138, y: 10 });
  });

  it("is found around many boxes", () => {
    const boxes = Array.from({ length: 100 }, (_, at) => ({
      x: (at % 10) * 110,
      y: Math.floor(at / 10) * 110,
      ...SIZE,
    }));
    const { x, y } = roomFor({ x: 500, y: 500 }, SIZE, boxes);

    expect(boxes.some((box) => Math.abs(box.x - x) < 124 && Math.abs(box.y - y) < 124)).toBe(false);
  });

  it("is to the right of everything where there is none around", () => {
    const wall = { x: -5000, y: -5000, width: 10_000, height: 10_000 };

    expect(roomFor({ x: 0, y: 0 }, SIZE, [wall])).toEqual({ x: 5048, y: 0 });
  });
});
