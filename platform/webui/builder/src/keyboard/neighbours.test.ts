import { expect, test } from "vitest";

import { neighbour, type Direction } from "@/keyboard/neighbours";
import { fakeDocument, fakeLink, fakeNode } from "@/testing/fakes";

const at = (id: string, x: number, y: number) =>
  fakeNode(id, "StoreValueBlock", {}, { position: { x, y } });
const graph = fakeDocument(
  [at("a", 0, 0), at("b", 400, 300), at("c", 400, 0), at("d", 0, 300), at("far", 4000, 0)],
  [fakeLink("a.output → b.input"), fakeLink("b.output → b.input")],
);

test.each<[string, Direction, string]>([
  ["a", "right", "b"], // along the link, though c is nearer
  ["b", "left", "a"],
  ["c", "right", "far"],
  ["a", "down", "d"],
  ["d", "up", "a"],
  ["b", "right", "far"], // not along its link to itself
])("from %s to the %s lies %s", (from, direction, to) => {
  expect(neighbour(graph, from, direction)?.id).toBe(to);
});

test("there is nothing beyond the last node", () => {
  expect(neighbour(graph, "far", "right")).toBeUndefined();
});

test("who has selected nothing begins at the first node", () => {
  expect(neighbour(graph, undefined, "down")?.id).toBe("a");
});
