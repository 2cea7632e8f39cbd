/** The comparison that the canvas shows instead of the draft, if one is open. */
import { createStore } from "zustand/vanilla";

import { createEditor, type EditorStore } from "@/editor/store";
import { comparisonOf, diffOf, type GraphDiff } from "@/graph/diff";
import type { GraphDocument } from "@/graph/document";

/** A version's number, or the draft as it is now. */
export type Place = number | "draft";

export interface Comparison {
  readonly before: Place;
  readonly after: Place;
  readonly diff: GraphDiff;
  /** Both documents: for the names of what is in either. */
  readonly documents: readonly [GraphDocument, GraphDocument];
  /** Both in one, to look at. */
  readonly store: EditorStore;
}

interface Comparing {
  readonly comparison: Comparison | null;
}

export const comparing = createStore<Comparing>()(() => ({ comparison: null }));

/** Show on the canvas what became of one document in the other. */
export function compare(
  own: EditorStore,
  [before, old]: readonly [Place, GraphDocument],
  [after, present]: readonly [Place, GraphDocument],
): void {
  const { catalogue, select, setLock } = own.getState();
  select([]);
  setLock("comparison", true);
  const { document, nodes, links } = comparisonOf(old, present);
  const store = createEditor({ document, catalogue, readOnly: true, marks: { nodes, links } });
  const comparison: Comparison = {
    before,
    after,
    diff: diffOf(old, present),
    documents: [present, old],
    store,
  };
  comparing.setState({ comparison });
}

/** Show the draft again. */
export function stopComparing(own: EditorStore): void {
  if (!comparing.getState().comparison) return;
  comparing.setState({ comparison: null });
  own.getState().setLock("comparison", false);
}
