import Elk from "elkjs/lib/elk.bundled.js";
import { expect, test } from "vitest";

import { tidied, type TidyNode } from "@/layout/tidy";

function node(id: string, x: number, y: number, height = 100): TidyNode {
  const handles = [
    { id: "in", type: "target", y: 50 },
    { id: "out", type: "source", y: 50 },
  ];
  return { id, x, y, width: 200, height, handles };
}

function link(source_id: string, sink_id: string) {
  return { id: `${source_id} ${sink_id}`, source_id, sink_id, source_name: "out", sink_name: "in" };
}

test("a chain is laid out from left to right, beginning where the nodes began", async () => {
  const places = await tidied(
    [node("c", 40, 20), node("a", 500, 700), node("b", 40, 21)],
    [link("a", "b"), link("b", "c")],
    (pin) => pin,
    new Elk(),
  );

  expect(places.get("a")).toEqual({ x: 40, y: 20 });
  expect(places.get("b")).toEqual({ x: 336, y: 20 });
  expect(places.get("c")).toEqual({ x: 632, y: 20 });
});

test("nodes do not lie on one another, in loops and beside links to unknown nodes either", async () => {
  const places = await tidied(
    [node("a", 0, 0), node("b", 0, 0, 300), node("c", 0, 0)],
    [link("a", "b"), link("a", "c"), link("c", "c"), link("b", "a"), link("a", "gone")],
    (pin) => pin,
    new Elk(),
  );
  const [b, c] = [places.get("b"), places.get("c")];

  expect(places.size).toBe(3);
  expect(b && c && (Math.abs(b.y - c.y) >= 100 || Math.abs(b.x - c.x) >= 200)).toBe(true);
});
