/** Whether the merge dialog was put off: then the toolbar says how to come back to it. */
import { createStore } from "zustand/vanilla";

import type { GraphDocument } from "@/graph/document";

interface MergeView {
  /** The other side's document of the conflict that was put off. */
  readonly putOff: GraphDocument | null;
}

export const mergeView = createStore<MergeView>()(() => ({ putOff: null }));

export function putOffMerge(theirs: GraphDocument): void {
  mergeView.setState({ putOff: theirs });
}

export function openMerge(): void {
  mergeView.setState({ putOff: null });
}
