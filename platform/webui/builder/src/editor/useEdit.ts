import { useCallback } from "react";
import { useEditorStore } from "@/editor/context";
import type { Change, EditOptions } from "@/editor/store";

/** Return how to change the document that is edited here: always the same function. */
export function useEdit(): (label: string, change: Change, options?: EditOptions) => void {
  const store = useEditorStore();
  return useCallback(
    (label, change, options) => store.getState().edit(label, change, options),
    [store],
  );
}
