import { useEditor, useSession } from "@/editor/context";
import type { Saving } from "@/editor/store";
import { openMerge } from "@/panels/Saving/state";
import { Button } from "@/ui/Button";

/** How the draft stands, in the toolbar, with what can be done about it. */
export function SaveState() {
  const saving = useEditor((editor) => editor.saving);
  const readOnly = useEditor((editor) => editor.readOnly);
  const { saver, settings } = useSession();
  if (readOnly) return <span className="chip">Looking only</span>;
  return (
    <div className="save-state" data-state={saving.state}>
      <span className="save-state__word" role="status" title={explained(saving)}>
        {worded(saving)}
      </span>
      {saving.state === "conflict" && (
        <Button small onClick={openMerge}>
          Merge …
        </Button>
      )}
      {(saving.state === "offline" || saving.state === "refused") && (
        <Button small onClick={() => saver?.tryNow()}>
          Try again
        </Button>
      )}
      {saving.state === "signed out" && (
        <a
          className="button button--small"
          href={settings.urls.agents}
          target="_blank"
          rel="noreferrer"
        >
          Sign in
        </a>
      )}
    </div>
  );
}

function worded(saving: Saving): string {
  switch (saving.state) {
    case "saved":
      return "Saved";
    case "unsaved":
      return "Not saved yet";
    case "saving":
      return "Saving …";
    case "offline":
      return saving.kept ? "Offline: kept in this browser" : "Offline: not saved";
    case "signed out":
      return saving.kept ? "Signed out: kept in this browser" : "Signed out: not saved";
    case "conflict":
      return "Changed elsewhere";
    case "refused":
      return "Not saved";
  }
}

function explained(saving: Saving): string | undefined {
  switch (saving.state) {
    case "saved":
      return saving.at ? `Saved at ${saving.at.toLocaleTimeString()}` : undefined;
    case "offline":
      return saving.kept
        ? "Trellis cannot be reached. Your edits, with every value you typed, are kept in this browser and saved as soon as it answers."
        : "Trellis cannot be reached, and this browser keeps nothing. Leave the page open until it answers.";
    case "signed out":
      return "Sign in in another tab, then come back: your edits are saved then.";
    case "conflict":
      return "This agent was saved by someone else, or in another tab. Your edits are saved once both are merged.";
    case "refused":
      return saving.reason;
    default:
      return undefined;
  }
}
