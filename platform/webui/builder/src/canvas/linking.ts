/** Making links: which pins a drop means, and blocks that come with a link. */
import {
  attributesOf,
  fitBetween,
  grownSchema,
  startAt,
  type PinEnd,
  type Start,
} from "@/canvas/connecting";
import { kindOf, type Block, type Catalogue } from "@/graph/catalogue";
import type { Fit } from "@/graph/compat";
import { findNode, type GraphDocument, type LinkEnds, type NodeDocument } from "@/graph/document";
import { addNode, connect } from "@/graph/edits";
import { baseOf, pinBelow, stepsOf } from "@/graph/pinnames";
import { ERROR_PIN, nextDynamicPin, pinsOf, type Pin } from "@/graph/pins";

/** Return the ends of the link between two pins, of which one gives and one takes. */
export function endsBetween(one: PinEnd, other: PinEnd): LinkEnds {
  const [source, sink] = one.side === "source" ? [one, other] : [other, one];
  return {
    source_id: source.node,
    source_name: source.pin,
    sink_id: sink.node,
    sink_name: sink.pin,
  };
}

/** Return the end that a drop on the "add" spot of a pin means: a new dynamic pin below it. */
export function grownEnd(
  end: PinEnd,
  start: PinEnd,
  document: GraphDocument,
  catalogue: Catalogue,
): PinEnd {
  const node = findNode(document, end.node);
  const pin = node && pinsOf(node, document, catalogue).inputs.find((one) => one.name === end.pin);
  const name =
    node &&
    pin &&
    nextDynamicPin(node, document, catalogue, pin, keyIn(node, pin, start, document, catalogue));
  return name ? { ...end, pin: name } : end;
}

/** Return under which key of the pin the link goes in: of an object, a free attribute that it fits. */
function keyIn(
  node: NodeDocument,
  pin: Pin,
  start: PinEnd,
  document: GraphDocument,
  catalogue: Catalogue,
): string {
  const key = keyFor(start, document, catalogue);
  const from = pin.grows === "object" ? startAt(start, document, catalogue) : null;
  if (!from) return key;
  const taken = new Set(pinsOf(node, document, catalogue).inputs.map((one) => one.name));
  const free = attributesOf(pin).filter(
    ({ name }) => !taken.has(pinBelow(pin.name, "object", name)),
  );
  if (free.some(({ name }) => name === key)) return key;
  const fits = (wanted: Fit) =>
    free.find(({ schema }) => fitBetween(from, schema) === wanted)?.name;
  return fits("fits") ?? fits("converts") ?? key;
}

/** Return a key for what comes out of a pin: the agent input's name, or the last part of the pin's. */
function keyFor({ node: id, pin }: PinEnd, document: GraphDocument, catalogue: Catalogue): string {
  const node = findNode(document, id);
  const name = node && kindOf(node, catalogue) === "Input" ? node.input_default.name : undefined;
  const word = typeof name === "string" ? name.trim().replaceAll(/[^\p{L}\p{N}_]+/gu, "_") : "";
  return word || (stepsOf(pin)?.at(-1)?.name ?? baseOf(pin));
}

export interface Candidate {
  readonly end: PinEnd;
  readonly pin: Pin;
  readonly fit: Fit;
  /** Whether the link makes a dynamic pin. */
  readonly grows: boolean;
}

/** Return the pins of a node that a link from the start could end at, the likeliest first. */
export function candidatesAt(
  start: Start,
  node: NodeDocument,
  document: GraphDocument,
  catalogue: Catalogue,
): readonly Candidate[] {
  const side = start.side === "source" ? "target" : "source";
  const pins = pinsOf(node, document, catalogue)[side === "target" ? "inputs" : "outputs"];
  return pins
    .filter((pin) => !pin.hidden)
    .flatMap((pin) => candidatesOf(start, { node: node.id, pin: pin.name, side }, pin))
    .map((candidate) => ({ candidate, score: scoreOf(candidate) }))
    .sort((one, other) => other.score - one.score)
    .map(({ candidate }) =>
      candidate.grows
        ? { ...candidate, end: grownEnd(candidate.end, start, document, catalogue) }
        : candidate,
    );
}

function candidatesOf(start: Start, end: PinEnd, pin: Pin): readonly Candidate[] {
  const plain = { end, pin, fit: fitBetween(start, pin.schema), grows: false };
  const found: Candidate[] = plain.fit === "never" ? [] : [plain];
  if (end.side === "target" && pin.grows) {
    const fit = fitBetween(start, grownSchema(pin));
    if (fit !== "never") found.push({ end, pin, fit, grows: true });
  }
  return found;
}

function scoreOf({ pin, fit, end, grows }: Candidate): number {
  const isFree = end.side === "source" || !pin.linked;
  return (
    (fit === "fits" ? 8 : 0) +
    (isFree || grows ? 16 : 0) +
    (pin.required ? 4 : 0) +
    (pin.value === undefined ? 6 : 0) + // what is given already is seldom meant
    (grows ? -1 : 0) +
    (pin.advanced ? -6 : 0) +
    (pin.name === ERROR_PIN ? -40 : 0)
  );
}

/** Return the document with a new node, linked to a pin where there is one to link to. */
export function addLinkedNode(
  document: GraphDocument,
  node: NodeDocument,
  from: PinEnd | undefined,
  catalogue: Catalogue,
): GraphDocument {
  const grown = addNode(document, node);
  const start = from && startAt(from, grown, catalogue);
  const best = start && candidatesAt(start, node, grown, catalogue)[0];
  return best ? connect(grown, endsBetween(start, best.end), catalogue) : grown;
}

/** Return how well the block can continue a link from the start; null where it cannot. */
export function fitOfBlock(start: Start, block: Block, catalogue: Catalogue): Fit | null {
  const node: NodeDocument = {
    id: "",
    block_id: block.id,
    input_default: {},
    metadata: { position: { x: 0, y: 0 } },
  };
  const graph: GraphDocument = { id: "", name: "", description: "", nodes: [node], links: [] };
  const [best] = candidatesAt(start, node, graph, catalogue);
  if (!best || best.pin.name === ERROR_PIN) return null;
  return best.fit;
}
