/**
 * Where a node's parts are, known without drawing it.
 *
 * Every row has the same height, so a node's size and the places of its pins follow from its pins.
 * The canvas needs no pass over the page to measure 500 nodes before it can draw their links, and
 * knows the size of nodes that are out of sight.
 */
import { Position, type NodeHandle } from "@xyflow/react";
import type { Size } from "@/graph/document";
import type { NodePins, Pin } from "@/graph/pins";

export const NODE_WIDTH = 264;
export const HEADER_HEIGHT = 44;
export const ROW_HEIGHT = 28;
export const ROWS_PADDING = 6;
export const HANDLE_SIZE = 12;
export const GRID = 12;
export const NOTE_SIZE: Size = { width: 240, height: 160 };
/** How far inside the node the spot lies that adds a dynamic pin. */
const GROW_INSET = 26;

export interface Geometry {
  readonly width: number;
  readonly height: number;
  readonly inputs: readonly Pin[];
  readonly outputs: readonly Pin[];
  readonly handles: NodeHandle[];
}

const open = new WeakMap<NodePins, Geometry>();
const folded = new WeakMap<NodePins, Geometry>();

/** Return where everything of a node is; the very same object for the same pins. */
export function geometryOf(pins: NodePins, isFolded: boolean): Geometry {
  const kept = isFolded ? folded : open;
  const known = kept.get(pins);
  if (known) return known;
  const made = isFolded ? foldedGeometry(pins) : openGeometry(pins);
  kept.set(pins, made);
  return made;
}

/** Return whether the node itself shows the pin; the inspector has the others. */
export function isShown(pin: Pin): boolean {
  if (pin.hidden) return false;
  return pin.linked || pin.required || !pin.advanced || pin.value !== undefined || pin.isDynamic;
}

function openGeometry(pins: NodePins): Geometry {
  const inputs = pins.inputs.filter(isShown);
  const outputs = pins.outputs.filter((pin) => !pin.hidden);
  const rows = inputs.length + outputs.length;
  const rowAt = (index: number) =>
    HEADER_HEIGHT + ROWS_PADDING + index * ROW_HEIGHT + ROW_HEIGHT / 2;
  const sinks = inputs.flatMap((pin, index) => {
    const main = handle("target", handleId(pin.name), rowAt(index));
    if (!pin.grows) return [main];
    return [main, { ...handle("target", growHandleId(pin.name), rowAt(index)), x: GROW_INSET }];
  });
  const sources = outputs.map((pin, index) =>
    handle("source", handleId(pin.name), rowAt(inputs.length + index)),
  );
  return {
    width: NODE_WIDTH,
    height: HEADER_HEIGHT + (rows > 0 ? rows * ROW_HEIGHT + 2 * ROWS_PADDING : 0),
    inputs,
    outputs,
    handles: [...sinks, ...sources],
  };
}

function foldedGeometry(pins: NodePins): Geometry {
  const middle = HEADER_HEIGHT / 2;
  return {
    width: NODE_WIDTH,
    height: HEADER_HEIGHT,
    inputs: [],
    outputs: [],
    handles: [
      ...pins.inputs.map((pin) => handle("target", handleId(pin.name), middle)),
      ...pins.outputs.map((pin) => handle("source", handleId(pin.name), middle)),
    ],
  };
}

function handle(type: "source" | "target", id: string, middle: number): NodeHandle {
  return {
    id,
    type,
    position: type === "target" ? Position.Left : Position.Right,
    x: (type === "target" ? 0 : NODE_WIDTH) - HANDLE_SIZE / 2,
    y: middle - HANDLE_SIZE / 2,
    width: HANDLE_SIZE,
    height: HANDLE_SIZE,
  };
}

// Handles are looked up by CSS selectors, and pins may be called anything.
export function handleId(pin: string): string {
  return encodeURIComponent(pin);
}

/** Return the id of the spot that adds a dynamic pin below this one. */
export function growHandleId(pin: string): string {
  return `${encodeURIComponent(pin)}+`; // no encoded name has a plus in it
}

export interface HandlePin {
  readonly pin: string;
  /** Whether a link that ends here makes a new dynamic pin. */
  readonly grows: boolean;
}

/** Return what a handle's id stands for. */
export function pinOfHandle(id: string): HandlePin {
  const grows = id.endsWith("+");
  return { pin: decodeURIComponent(grows ? id.slice(0, -1) : id), grows };
}
