import type { ReactNode } from "react";
import { useStore } from "zustand";

import { EditorProvider, useEditorStore } from "@/editor/context";
import { comparing } from "@/panels/VersionsPanel/comparing";

/** Gives the canvas the comparison that is open or, without one, the page's own editor. */
export function ShownEditor({ children }: { readonly children: ReactNode }) {
  const own = useEditorStore();
  const compared = useStore(comparing, ({ comparison }) => comparison?.store);
  return <EditorProvider store={compared ?? own}>{children}</EditorProvider>;
}
