/** Everything that an editor can do, as random actions for property tests. */
import fc from "fast-check";

import { addLinkedNode } from "@/canvas/linking";
import type { Change } from "@/editor/store";
import { agentNode, runAgent, type AgentVersion } from "@/graph/agents";
import { copyText, paste, readClipping, type Clipping } from "@/graph/clipboard";
import { findNode, NotAGraph, type GraphDocument, type Json } from "@/graph/document";
import * as edits from "@/graph/edits";
import { extractionOf, NoExtraction, replaceExtracted } from "@/graph/extract";
import { merge } from "@/graph/merge";
import { BLOCKS, CATALOGUE, fakeDocument, fakeNode } from "@/testing/fakes";

/** A choice among what the document has when the action comes: an index, wrapped around. */
type Pick = number;

export interface Action {
  readonly label: string;
  readonly change: Change;
  readonly merge?: string;
  /** Whether it is a step even where it changes nothing. */
  readonly always?: boolean;
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

const AGENT: AgentVersion = {
  id: "another-agent",
  version: 1,
  name: "Another agent",
  input_schema: { type: "object", properties: { text: { type: "string" } } },
  output_schema: { type: "object", properties: { sum: {} } },
};

/** What a file holds that is dropped on the canvas. */
const FILE = readClipping(
  JSON.stringify(
    fakeDocument(
      [fakeNode("in", "AgentInputBlock", { name: "in" }), fakeNode("out", "PrintToConsoleBlock")],
      ["in.result → out.text"],
    ),
  ),
);

/** Return one action of any kind. */
export const action: fc.Arbitrary<Action> = fc.oneof(
  fc.tuple(block, position, id).map(([made, at, node]) => ({
    label: "Add block",
    change: (document: GraphDocument) =>
      edits.addNode(document, edits.newNode(made, at, { text: "x" }, node)),
    selects: [node],
  })),
  fc.tuple(position, id, id).map(([at, one, other]) => ({
    label: "Add a sample",
    change: (document: GraphDocument) =>
      edits.addNodes(document, [edits.newNote(at, "", one), edits.newNote(at, "", other)], []),
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
  fc.string().map((text) => ({
    label: "Describe the agent",
    merge: "description",
    change: (document: GraphDocument) => edits.setDescription(document, text),
  })),
  fc
    .tuple(pick, fc.constantFrom("folded", "note", "retry"), fc.option(json, { nil: undefined }))
    .map(([at, key, value]) => ({
      label: "Set metadata",
      merge: `metadata:${key}`,
      change: (document: GraphDocument) =>
        edits.setMetadata(document, nodeAt(document, at), key, value),
    })),
  fc.tuple(pick, fc.constantFrom("red", "green")).map(([at, color]) => ({
    label: "Colour a group",
    change: (document: GraphDocument) =>
      edits.changeGroup(document, groupAt(document, at), { color }),
  })),
  fc.tuple(pick, pick).map(([node, link]) => ({
    label: "Delete nodes and links",
    change: (document: GraphDocument) =>
      edits.remove(document, [nodeAt(document, node)], [linkAt(document, link)]),
  })),
  fc.tuple(block, position, id, pick, pinName).map(([made, at, node, from, pin]) => ({
    label: "Add a block to a pin",
    change: (document: GraphDocument) =>
      addLinkedNode(
        document,
        edits.newNode(made, at, {}, node),
        { node: nodeAt(document, from), pin, side: "source" },
        CATALOGUE,
      ),
    selects: [node],
  })),
  fc.tuple(pick, pick, position, id).map(([a, b, at, first]) => ({
    label: "Paste",
    change: (document: GraphDocument) => {
      const chosen = [nodeAt(document, a), nodeAt(document, b)];
      const clipping = clippingOf(document, chosen);
      if (!clipping) return document;
      const name = numbered(first);
      const old = [...clipping.nodes, ...clipping.groups].map((one) => one.id);
      const ids = new Map(old.map((one) => [one, name()]));
      return paste(document, clipping, { at, ids, linkId: name }).document;
    },
  })),
  fc.tuple(fc.string({ minLength: 1 }), id).map(([named, first]) => ({
    label: "Import a file",
    change: (document: GraphDocument) => {
      const name = numbered(first);
      const ids = new Map(FILE.nodes.map((node) => [node.id, name()]));
      const pasted = paste(document, FILE, { ids, linkId: name }).document;
      return document.nodes.length === 0 ? edits.setName(pasted, named) : pasted;
    },
  })),
  fc.tuple(pick, pick, id).map(([a, b, node]) => ({
    label: "Make an agent",
    change: (document: GraphDocument) => {
      const chosen = [nodeAt(document, a), nodeAt(document, b)];
      try {
        const extraction = extractionOf(document, chosen, CATALOGUE);
        return replaceExtracted(document, extraction, AGENT, node, numbered(`${node}-link`));
      } catch (error) {
        if (error instanceof NoExtraction) return document;
        throw error;
      }
    },
    selects: [node],
  })),
  fc.tuple(position, id).map(([at, node]) => ({
    label: "Add an agent",
    change: (document: GraphDocument) => edits.addNode(document, agentNode(AGENT, at, node)),
    selects: [node],
  })),
  fc.tuple(pick, fc.integer({ min: 1, max: 9 })).map(([at, version]) => ({
    label: "Choose an agent",
    change: (document: GraphDocument) =>
      runAgent(document, nodeAt(document, at), { ...AGENT, version }),
  })),
  fc.tuple(pick, fc.dictionary(pinName, json)).map(([at, values]) => ({
    label: "Set several values",
    change: (document: GraphDocument) => edits.setDefaults(document, nodeAt(document, at), values),
  })),
  fc
    .tuple(pick, fc.array(fc.dictionary(fc.string({ maxLength: 3 }), fc.string())))
    .map(([at, rows]) => ({
      label: "Edit a table",
      merge: "value:rows",
      change: (document: GraphDocument) =>
        edits.setValue(document, nodeAt(document, at), "rows", rows, CATALOGUE),
    })),
  fc.tuple(pick, pick).map(([a, b]) => ({
    label: "Merge what somebody else saved",
    always: true,
    change: (document: GraphDocument) => {
      const theirs = edits.setName(edits.remove(document, [nodeAt(document, a)]), "Theirs");
      const mine = edits.renameNode(document, nodeAt(document, b), "Mine");
      const choices = new Map(document.nodes.map((node) => [node.id, "theirs" as const]));
      return merge(document, mine, theirs, choices).document;
    },
  })),
);

/** Return what names new things one after another. */
function numbered(first: string): () => string {
  let number = 0;
  return () => `${first}-${number++}`;
}

function clippingOf(document: GraphDocument, chosen: readonly string[]): Clipping | null {
  try {
    return readClipping(copyText(document, chosen, CATALOGUE));
  } catch (error) {
    if (error instanceof NotAGraph) return null; // there was nothing to copy
    throw error;
  }
}

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
