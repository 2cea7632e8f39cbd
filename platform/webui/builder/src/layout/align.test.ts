import { expect, test } from "vitest";

import { aligned, distributed, type Box, type Edge } from "@/layout/align";

const boxes: readonly Box[] = [
  { id: "a", x: 0, y: 0, width: 100, height: 50 },
  { id: "b", x: 300, y: 40, width: 200, height: 100 },
  { id: "c", x: 150, y: 400, width: 100, height: 50 },
];

test.each<[Edge, "x" | "y", readonly number[]]>([
  ["left", "x", [0, 0, 0]],
  ["right", "x", [400, 300, 400]],
  ["center", "x", [200, 150, 200]],
  ["top", "y", [0, 0, 0]],
  ["bottom", "y", [400, 350, 400]],
  ["middle", "y", [200, 175, 200]],
])("boxes line up at the %s, and move along no other axis", (edge, axis, expected) => {
  const places = boxes.map(({ id }) => aligned(boxes, edge).get(id));
  const other = axis === "x" ? "y" : "x";

  expect(places.map((place) => place?.[axis])).toEqual(expected);
  expect(places.map((place) => place?.[other])).toEqual(boxes.map((box) => box[other]));
});

test("gaps become the same, and the outermost boxes stay", () => {
  const places = distributed(boxes, "x");

  expect(places.get("a")).toEqual({ x: 0, y: 0 });
  expect(places.get("c")).toEqual({ x: 150, y: 400 });
  expect(places.get("b")).toEqual({ x: 300, y: 40 });
  expect(distributed(boxes, "y").get("b")).toEqual({ x: 300, y: 175 });
});

test("two boxes have one gap, which stays", () => {
  const two = boxes.slice(0, 2);

  expect(distributed(two, "x").get("b")).toEqual({ x: 300, y: 40 });
});
