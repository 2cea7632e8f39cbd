import { describe, expect, it } from "vitest";

import { pasteAround } from "@/canvas/pasting";
import { sizeOf } from "@/canvas/inserting";
import { createEditor } from "@/editor/store";
import { copyText, readClipping } from "@/graph/clipboard";
import type { GraphDocument } from "@/graph/document";
import { CATALOGUE, fakeDocument, fakeNode } from "@/testing/fakes";

const PAIR = fakeDocument(
  [
    fakeNode("a", "CalculatorBlock", {}, { position: { x: 0, y: 0 } }),
    fakeNode("b", "StoreValueBlock", {}, { position: { x: 400, y: 60 } }),
  ],
  ["a.result → b.input"],
);

function clippingOf(document: GraphDocument) {
  return readClipping(copyText(document, new Set(["a", "b"]), CATALOGUE));
}

function overlaps(document: GraphDocument): boolean {
  const boxes = document.nodes.map((node) => ({
    ...node.metadata.position,
    ...sizeOf(node, document, CATALOGUE),
  }));
  return boxes.some((one, index) =>
    boxes
      .slice(index + 1)
      .some(
        (other) =>
          one.x < other.x + other.width &&
          other.x < one.x + one.width &&
          one.y < other.y + other.height &&
          other.y < one.y + one.height,
      ),
  );
}

describe("what is pasted", () => {
  it("lies as it lay, and covers nothing, however often it is pasted at the same place", () => {
    const store = createEditor({ document: PAIR, catalogue: CATALOGUE });
    for (let time = 0; time < 8; time += 1) {
      const { document, nodes } = pasteAround(store, clippingOf(PAIR), { x: 200, y: 100 });
      const [a, b] = nodes.map((id) => document.nodes.find((node) => node.id === id)?.metadata);
      expect(b && a && b.position.x - a.position.x).toBe(400);
      expect(b && a && b.position.y - a.position.y).toBe(60);
      store.getState().edit("Paste", () => document);
    }

    expect(store.getState().document.nodes).toHaveLength(18);
    expect(overlaps(store.getState().document)).toBe(false);
  });

  it("lies around the point where nothing is", () => {
    const store = createEditor({ document: fakeDocument(), catalogue: CATALOGUE });
    const { document } = pasteAround(store, clippingOf(PAIR), { x: 1000, y: 1000 });
    const [left, right] = document.nodes.map((node) => node.metadata.position.x);

    expect(left).toBeLessThan(1000);
    expect((right ?? 0) + 264).toBeGreaterThan(1000);
  });
});
