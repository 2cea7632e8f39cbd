import { useLayoutEffect } from "react";
import { useEditorStore } from "@/editor/context";
import { isPressed, isWriting } from "@/keyboard/keys";
import { isPossible, SPECS, useRunCommand } from "@/keyboard/useCommands";

/** Commands that hold while one writes, too: they need more than a letter. */
const WHILE_WRITING: ReadonlySet<string> = new Set(["commands", "run", "export"]);

/** Gives commands by keys, wherever the focus is. It shows nothing. */
export function Shortcuts() {
  const store = useEditorStore();
  const run = useRunCommand();
  // Before the page is painted: whoever sees it may press a key.
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const writing = isWriting(event.target);
      for (const [id, spec] of SPECS) {
        if (writing && !WHILE_WRITING.has(id)) continue;
        if (!spec.keys.some((keys) => isPressed(keys, event))) continue;
        if (!isPossible(spec, store.getState())) continue;
        if (isLeftToBrowser(id)) return;
        event.preventDefault();
        run(id);
        return;
      }
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, [store, run]);
  return null;
}

/** Text that is marked in a panel is copied as text. */
function isLeftToBrowser(id: string): boolean {
  if (id === "paste") return true; // the browser's event brings the text without asking
  const marked = getSelection();
  return (id === "copy" || id === "cut") && marked !== null && !marked.isCollapsed;
}
