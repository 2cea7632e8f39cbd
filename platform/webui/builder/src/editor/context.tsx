/** How components reach the editor that they stand in, and the page's session. */
import { createContext, useContext, useEffect, type ReactNode } from "react";
import { useStore } from "zustand";

import type { Session } from "@/editor/session";
import type { Editor, EditorStore } from "@/editor/store";

const EditorContext = createContext<EditorStore | null>(null);
const SessionContext = createContext<Session | null>(null);

/** Makes an editor known to what stands in it: a version or a comparison has one of its own. */
export function EditorProvider({
  store,
  children,
}: {
  readonly store: EditorStore;
  readonly children: ReactNode;
}) {
  return <EditorContext value={store}>{children}</EditorContext>;
}

/** Makes the page's session and its editor known, and saves the draft while it is there. */
export function SessionProvider({
  session,
  children,
}: {
  readonly session: Session;
  readonly children: ReactNode;
}) {
  useEffect(() => session.saver?.begin(), [session]);
  return (
    <SessionContext value={session}>
      <EditorProvider store={session.store}>{children}</EditorProvider>
    </SessionContext>
  );
}

/** Return the page's session: its settings, the API, and what saves the draft. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession needs a SessionProvider above it.");
  return session;
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
