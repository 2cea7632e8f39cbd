import { useState } from "react";

import { Refused } from "@/api/client";
import { useEditor, useSession } from "@/editor/context";
import { NeedsMerge } from "@/editor/saving";
import { openMerge } from "@/panels/Saving/state";
import { openSide } from "@/panels/state";
import { Button } from "@/ui/Button";
import { toast } from "@/ui/messages";

/** Makes a version of the draft, which then runs when none is named. */
export function PublishButton() {
  const { saver } = useSession();
  const draft = useEditor((editor) => editor.draft);
  const conflict = useEditor((editor) => editor.saving.state === "conflict");
  const [busy, setBusy] = useState(false);
  if (!saver) return null;
  const nothingNew = draft !== null && !draft.hasChanges;
  const publish = async () => {
    setBusy(true);
    try {
      const { version } = await saver.publish();
      toast(`Published as version ${version}. It runs from now on.`);
    } catch (error) {
      if (error instanceof NeedsMerge) openMerge();
      else sayWhy(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      icon="publish"
      disabled={busy || nothingNew || conflict}
      title={nothingNew ? `Nothing to publish: this is version ${draft.activeVersion}` : undefined}
      onClick={() => void publish()}
    >
      {busy ? "Publishing …" : "Publish"}
    </Button>
  );
}

function sayWhy(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  const listed = error instanceof Refused && error.errors.length > 0;
  toast(`Not published. ${reason}`, {
    kind: "error",
    ...(listed ? { action: { label: "See the problems", run: () => openSide("problems") } } : {}),
  });
}
