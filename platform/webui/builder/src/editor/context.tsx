/** How components reach the editor that they stand in. */
import { createContext, useContext, type ReactNode } from "react";
import { useStore } from "zustand";
import type { Editor, EditorStore } from "@/editor/store";

const EditorContext = createContext<EditorStore | null>(null);

export function EditorProvider({
  store,
  children,
}: {
  readonly store: EditorStore;
  readonly children: ReactNode;
}) {
  return <EditorContext value={store}>{children}</EditorContext>;
}

/** Return the store itself, for handlers that read the state when something happens. */
export function useEditorStore(): EditorStore {
  const store = useContext(EditorContext);
  if (!store) throw new Error("useEditor needs an EditorProvider above it.");
  return store;
}

/** Return what the selector picks from the editor; the component renders when that changes. */
export function useEditor<T>(selector: (editor: Editor) => T): T {
  return useStore(useEditorStore(), selector);
}
