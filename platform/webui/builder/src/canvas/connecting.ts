/** The link that is being drawn, and how it would suit the pins that it could end at. */
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { propertiesOf, type Catalogue } from "@/graph/catalogue";
import { fitOf, type Fit } from "@/graph/compat";
import { findNode, type GraphDocument } from "@/graph/document";
import { inputSchema, outputSchema, type Pin } from "@/graph/pins";
import { entryOf, itemsOf, alternatives, type Schema } from "@/graph/schema";

export type Side = "source" | "target";

export interface PinEnd {
  readonly node: string;
  readonly pin: string;
  readonly side: Side;
}

/** The end that a link is drawn from. */
export interface Start extends PinEnd {
  readonly schema: Schema;
}

export const connecting = createStore<{ readonly start: Start | null }>()(() => ({ start: null }));

/** Return the end as one to draw from, or null where its node is gone. */
export function startAt(end: PinEnd, document: GraphDocument, catalogue: Catalogue): Start | null {
  const node = findNode(document, end.node);
  if (!node) return null;
  const schema =
    end.side === "source"
      ? outputSchema(node, end.pin, catalogue)
      : inputSchema(node, end.pin, catalogue);
  return { ...end, schema };
}

/** Return how a link from the start would suit a pin of the other side. */
export function fitBetween(start: Start, schema: Schema): Fit {
  return start.side === "source" ? fitOf(start.schema, schema) : fitOf(schema, start.schema);
}

/** Return the schema that a new dynamic pin below the pin would have. */
export function grownSchema(pin: Pin): Schema {
  const wanted = pin.grows === "list" ? "array" : "object";
  const inside = alternatives(pin.schema).find(({ part }) => part.type === wanted);
  if (!inside) return { part: {}, root: pin.schema.root };
  return pin.grows === "list" ? itemsOf(inside) : entryOf(inside, "");
}

/** Return the attributes that the object on a pin declares. */
export function attributesOf(
  pin: Pin,
): readonly { readonly name: string; readonly schema: Schema }[] {
  const inside = alternatives(pin.schema).find(({ part }) => part.type === "object");
  if (!inside) return [];
  return [...propertiesOf(inside.part).keys()].map((name) => ({
    name,
    schema: entryOf(inside, name),
  }));
}

/** Return how the link that is being drawn suits the pin; null where none is, or none could end here. */
export function useFit(side: Side, schema: Schema): Fit | null {
  return useStore(connecting, ({ start }) =>
    start && start.side !== side ? fitBetween(start, schema) : null,
  );
}

/** Return whether a link is being drawn that could end at a pin of this side. */
export function useIsAwaited(side: Side): boolean {
  return useStore(connecting, ({ start }) => start !== null && start.side !== side);
}
