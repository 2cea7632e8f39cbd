/**
 * Texts that stand for a value as somebody typed them: `1.` for 1, JSON that is not whole yet.
 *
 * A draft is shown while the value is the one that it was typed for, also when the field was away
 * in between; an undo, or a change from elsewhere, lets it go.
 */
import { useState } from "react";
import { jsonEqual, type Json } from "@/graph/json";

interface Draft {
  readonly text: string;
  readonly of: Json | undefined;
}

const drafts = new Map<string, Draft>();

export interface DraftText {
  /** What was typed, or null where the value speaks for itself. */
  readonly text: string | null;
  /** Keep what was typed, for the value that holds meanwhile. */
  readonly keep: (text: string, of: Json | undefined) => void;
  readonly drop: () => void;
}

/** Return the draft of the field with this id. */
export function useDraft(id: string, value: Json | undefined): DraftText {
  const [, render] = useState(0);
  const draft = drafts.get(id);
  return {
    text: draft && jsonEqual(draft.of ?? null, value ?? null) ? draft.text : null,
    keep(text, of) {
      keepDraft(id, text, of);
      render((count) => count + 1);
    },
    drop() {
      if (drafts.delete(id)) render((count) => count + 1);
    },
  };
}

/** Keep a text for a field that is not shown yet. */
export function keepDraft(id: string, text: string, of: Json | undefined): void {
  drafts.set(id, { text, of });
}
