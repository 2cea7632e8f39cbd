/** Going to a place in the graph, from wherever it is named: a problem, a link, a value. */
import type { EditorStore } from "@/editor/store";

/** A node, one of its pins, or a link. */
export interface Place {
  readonly node_id?: string;
  readonly link_id?: string;
  readonly pin?: string;
}

type Listener = (place: Place) => void;

const listeners = new Set<Listener>();
let wanted: Place | null = null;

/** Call the listener with each place that somebody goes to. Returns how to stop that. */
export function onJump(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Select the place, and tell those who can bring it into view: the canvas and the inspector. */
export function jumpTo(store: EditorStore, place: Place): void {
  wanted = place;
  if (place.node_id !== undefined) store.getState().select([place.node_id]);
  else if (place.link_id !== undefined) store.getState().select([], [place.link_id]);
  for (const listener of listeners) listener(place);
}

/** Return the pin of the node that somebody went to, once: who shows it takes it. */
export function takeWantedPin(node: string): string | null {
  if (wanted?.node_id !== node || wanted.pin === undefined) return null;
  const { pin } = wanted;
  wanted = null;
  return pin;
}
