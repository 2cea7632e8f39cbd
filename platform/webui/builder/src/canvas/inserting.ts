/** Putting new nodes onto the canvas, where people expect them. */
import type { ReactFlowInstance } from "@xyflow/react";
import { bringIntoView } from "@/canvas/bringing";
import type { PinEnd } from "@/canvas/connecting";
import type { FlowEdge, FlowNode } from "@/canvas/flow";
import {
  geometryOf,
  GRID,
  HEADER_HEIGHT,
  NODE_WIDTH,
  NOTE_SIZE,
  ROW_HEIGHT,
} from "@/canvas/geometry";
import { addLinkedNode } from "@/canvas/linking";
import type { EditorStore } from "@/editor/store";
import {
  NOTE_BLOCK,
  nodesOfKind,
  propertiesOf,
  type Block,
  type Catalogue,
} from "@/graph/catalogue";
import {
  findNode,
  type GraphDocument,
  type JsonObject,
  type NodeDocument,
  type Point,
} from "@/graph/document";
import { addNode, newNode, newNote } from "@/graph/edits";
import { pinsOf } from "@/graph/pins";
import { roomFor, type Place } from "@/layout/room";
import { announce } from "@/ui/messages";

export type Flow = ReactFlowInstance<FlowNode, FlowEdge>;

const GAP = 96;
const STEP = 3 * GRID;
const USUAL_SIZE = { width: NODE_WIDTH, height: HEADER_HEIGHT + 5 * ROW_HEIGHT };

/** Add a block with its header around the point; linked to a pin where one is given. */
export function insertBlock(
  store: EditorStore,
  block: string,
  position: Point,
  flow: Flow,
  from?: PinEnd,
): void {
  const { document, catalogue, edit } = store.getState();
  const found = catalogue.get(block);
  if (!found) return;
  const place = freePlace(document, onGrid(cornerFor(position, from)));
  const values = firstValues(found, document, catalogue);
  const node = block === NOTE_BLOCK ? newNote(place) : newNode(found, place, values);
  edit(`Add ${found.title}`, (held) => addLinkedNode(held, node, from, catalogue), {
    select: { nodes: [node.id] },
  });
  bringIntoView(flow, node.id);
  announce(`Added ${found.title}.`);
}

/** Return what a new node begins with: an input or an output of the agent has a name at once. */
function firstValues(block: Block, document: GraphDocument, catalogue: Catalogue): JsonObject {
  const kind = block.uiType;
  if (kind !== "Input" && kind !== "Output") return {};
  if (!propertiesOf(block.inputSchema).has("name")) return {};
  const taken = new Set(
    nodesOfKind(document, kind, catalogue).map((node) => node.input_default.name),
  );
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? kind : `${kind} ${number}`;
    if (!taken.has(name)) return { name };
  }
}

/** Return the corner of a block at the point; one that continues a link has its pins there. */
function cornerFor({ x, y }: Point, from?: PinEnd): Point {
  if (!from) return { x: x - NODE_WIDTH / 2, y: y - HEADER_HEIGHT / 2 };
  const left = from.side === "source" ? x : x - NODE_WIDTH;
  return { x: left, y: y - HEADER_HEIGHT - ROW_HEIGHT };
}

/** Add a block beside the one that is selected, or in the middle of what is seen. */
export function insertBesideSelection(store: EditorStore, block: string, flow: Flow): void {
  insertBlock(store, block, placeBeside(store, flow), flow);
}

/** Return where a block goes for which nobody named a place: the middle of its header. */
export function placeBeside(store: EditorStore, flow: Flow): Point {
  const { document, selection } = store.getState();
  const [selected] = selection.nodes;
  const node = selected ? findNode(document, selected) : undefined;
  const wanted = node ? besideOf(node) : cornerFor(middleOf(flow));
  const { x, y } = roomFor(wanted, USUAL_SIZE, boxesOf(store));
  return { x: x + NODE_WIDTH / 2, y: y + HEADER_HEIGHT / 2 };
}

function besideOf({ metadata }: NodeDocument): Point {
  return { x: metadata.position.x + NODE_WIDTH + GAP, y: metadata.position.y };
}

/** Return where the nodes are. */
export function boxesOf(store: EditorStore): readonly Place[] {
  const { document, catalogue } = store.getState();
  return document.nodes.map((node) => ({
    ...node.metadata.position,
    ...sizeOf(node, document, catalogue),
  }));
}

/** Add a sticky note in the middle of what is seen, or beside what is there. */
export function insertNote(store: EditorStore, flow: Flow): void {
  const middle = middleOf(flow);
  const corner = { x: middle.x - NOTE_SIZE.width / 2, y: middle.y - NOTE_SIZE.height / 2 };
  const note = newNote(onGrid(roomFor(corner, NOTE_SIZE, boxesOf(store))));
  store.getState().edit("Add a note", (held) => addNode(held, note), {
    select: { nodes: [note.id] },
  });
  bringIntoView(flow, note.id);
  announce("Added a note.");
}

/** Return the point of the graph in the middle of the canvas. */
export function middleOf(flow: Flow): Point {
  const box = document.querySelector(".canvas")?.getBoundingClientRect();
  if (!box) return { x: 0, y: 0 };
  return flow.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
}

export function onGrid({ x, y }: Point): Point {
  return { x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID };
}

/** Return the place, moved on as often as a node has its corner there. */
function freePlace(document: GraphDocument, wanted: Point): Point {
  const taken = (place: Point) =>
    document.nodes.some(
      ({ metadata: { position } }) =>
        Math.abs(position.x - place.x) < GRID && Math.abs(position.y - place.y) < GRID,
    );
  let place = wanted;
  while (taken(place)) place = { x: place.x + STEP, y: place.y + STEP };
  return place;
}

/** Return how large the node is on the canvas. */
export function sizeOf(
  node: NodeDocument,
  document: GraphDocument,
  catalogue: Catalogue,
): { readonly width: number; readonly height: number } {
  if (node.block_id === NOTE_BLOCK) return node.metadata.size ?? NOTE_SIZE;
  return geometryOf(pinsOf(node, document, catalogue), node.metadata.folded === true);
}
