/** Everything that an editor can do, as random actions for property tests. */
import fc from "fast-check";

import { findNode, type GraphDocument, type Json } from "@/graph/document";
import * as edits from "@/graph/edits";
import type { Change } from "@/editor/store";
import { BLOCKS, CATALOGUE } from "@/testing/fakes";

/** A choice among what the document has when the action comes: an index, wrapped around. */
type Pick = number;

export interface Action {
  readonly label: string;
  readonly change: Change;
  readonly merge?: string;
  /** Whether the new nodes are selected. */
  readonly selects?: readonly string[];
}

const pick = fc.nat({ max: 1000 });
const position = fc.record({
  x: fc.integer({ min: -500, max: 500 }),
  y: fc.integer({ min: -500, max: 500 }),
});
const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
const id = fc.uuid();
const pinName = fc.oneof(
  fc.constantFrom("text", "a", "value", "values_#_x", "input_$_0", "input_$_1", "input_$_2"),
  fc.string({ maxLength: 8 }),
);

function nodeAt(document: GraphDocument, at: Pick): string {
  return document.nodes[at % Math.max(document.nodes.length, 1)]?.id ?? "";
}

function linkAt(document: GraphDocument, at: Pick): string {
  return document.links[at % Math.max(document.links.length, 1)]?.id ?? "";
}

function groupAt(document: GraphDocument, at: Pick): string {
  const groups = edits.groupsOf(document);
  return groups[at % Math.max(groups.length, 1)]?.id ?? "";
}

const block = fc.constantFrom(...BLOCKS);

/** Return one action of any kind. */
export const action: fc.Arbitrary<Action> = fc.oneof(
  fc.tuple(block, position, id).map(([made, at, node]) => ({
    label: "Add block",
    change: (document: GraphDocument) =>
      edits.addNode(document, edits.newNode(made, at, { text: "x" }, node)),
    selects: [node],
  })),
  fc.tuple(position, fc.string(), id).map(([at, text, node]) => ({
    label: "Add note",
    change: (document: GraphDocument) => edits.addNode(document, edits.newNote(at, text, node)),
  })),
  fc.tuple(pick, pick, position, fc.constantFrom("drag-1", "drag-2")).map(([a, b, at, merge]) => ({
    label: "Move",
    merge,
    change: (document: GraphDocument) =>
      edits.moveNodes(
        document,
        new Map([
          [nodeAt(document, a), at],
          [nodeAt(document, b), at],
        ]),
      ),
  })),
  fc.tuple(pick, pinName, pick, pinName, id).map(([a, from, b, to, link]) => ({
    label: "Connect",
    change: (document: GraphDocument) => {
      const [source_id, sink_id] = [nodeAt(document, a), nodeAt(document, b)];
      const ends = { source_id, source_name: from, sink_id, sink_name: to };
      return edits.connect(document, ends, CATALOGUE, link);
    },
  })),
  fc.tuple(pick, pick, pinName).map(([at, to, pin]) => ({
    label: "Reconnect",
    change: (document: GraphDocument) => {
      const link = document.links.find((one) => one.id === linkAt(document, at));
      if (!link) return document;
      const ends = { ...link, sink_id: nodeAt(document, to), sink_name: pin };
      return edits.reconnect(document, link.id, ends, CATALOGUE);
    },
  })),
  pick.map((at) => ({
    label: "Disconnect",
    change: (document: GraphDocument) => edits.disconnect(document, [linkAt(document, at)]),
  })),
  fc.tuple(pick, pick).map(([a, b]) => ({
    label: "Delete",
    change: (document: GraphDocument) =>
      edits.remove(document, [nodeAt(document, a), nodeAt(document, b)]),
  })),
  fc.tuple(pick, pinName, fc.option(json, { nil: undefined })).map(([at, pin, value]) => ({
    label: "Set value",
    merge: `value:${pin}`,
    change: (document: GraphDocument) =>
      edits.setValue(document, nodeAt(document, at), pin, value, CATALOGUE),
  })),
  fc.tuple(pick, fc.string()).map(([at, name]) => ({
    label: "Rename",
    change: (document: GraphDocument) => edits.renameNode(document, nodeAt(document, at), name),
  })),
  fc.string().map((name) => ({
    label: "Rename agent",
    change: (document: GraphDocument) => edits.setName(document, name),
  })),
  fc.tuple(pick, pick, id, id).map(([a, b, one, other]) => ({
    label: "Duplicate",
    change: (document: GraphDocument) => {
      const ids = new Map([
        [nodeAt(document, a), one],
        [nodeAt(document, b), other],
      ]);
      let number = 0;
      return edits.duplicate(document, ids, { x: 24, y: 24 }, () => `${one}-${number++}`);
    },
    selects: [one, other],
  })),
  fc.tuple(pick, pick, id, fc.string()).map(([a, b, group, title]) => ({
    label: "Group",
    change: (document: GraphDocument) =>
      edits.group(document, [nodeAt(document, a), nodeAt(document, b)], {
        id: group,
        title,
        color: "blue",
      }),
  })),
  pick.map((at) => ({
    label: "Ungroup",
    change: (document: GraphDocument) => edits.ungroup(document, groupAt(document, at)),
  })),
  fc.tuple(pick, fc.string()).map(([at, title]) => ({
    label: "Rename group",
    change: (document: GraphDocument) =>
      edits.changeGroup(document, groupAt(document, at), { title }),
  })),
  fc.tuple(pick, pick).map(([at, node]) => ({
    label: "Put into group",
    change: (document: GraphDocument) =>
      edits.putIntoGroup(document, [nodeAt(document, node)], groupAt(document, at) || null),
  })),
  fc.tuple(pick, fc.boolean()).map(([at, off]) => ({
    label: "Disable",
    change: (document: GraphDocument) => edits.setDisabled(document, [nodeAt(document, at)], off),
  })),
  fc
    .tuple(pick, fc.option(fc.dictionary(pinName, fc.array(json, { maxLength: 2 }))))
    .map(([at, outputs]) => ({
      label: "Pin outputs",
      change: (document: GraphDocument) =>
        edits.pinOutputs(document, nodeAt(document, at), outputs),
    })),
  fc.tuple(pick, fc.nat({ max: 3 }), json).map(([at, index, value]) => ({
    label: "Add item",
    change: (document: GraphDocument) =>
      edits.addDynamicPin(document, nodeAt(document, at), `input_$_${index}`, CATALOGUE, value),
  })),
  fc.tuple(pick, fc.nat({ max: 3 })).map(([at, index]) => ({
    label: "Remove item",
    change: (document: GraphDocument) =>
      edits.removeDynamicPin(document, nodeAt(document, at), `input_$_${index}`, CATALOGUE),
  })),
  fc.tuple(pick, pinName, pinName).map(([at, from, to]) => ({
    label: "Rename pin",
    change: (document: GraphDocument) =>
      edits.renameDynamicPin(document, nodeAt(document, at), from, to, CATALOGUE),
  })),
  fc.tuple(pick, position).map(([at, size]) => ({
    label: "Resize",
    change: (document: GraphDocument) =>
      edits.resizeNode(document, nodeAt(document, at), {
        width: Math.abs(size.x),
        height: Math.abs(size.y),
      }),
  })),
);

/** Return every object in the value, itself included, made unchangeable. */
export function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

/** Return whether the document holds together: no double ids, no link without its nodes. */
export function isWhole(document: GraphDocument): boolean {
  const nodes = new Set(document.nodes.map((node) => node.id));
  return (
    nodes.size === document.nodes.length &&
    new Set(document.links.map((link) => link.id)).size === document.links.length &&
    document.links.every(
      (link) => findNode(document, link.source_id) && findNode(document, link.sink_id),
    )
  );
}
