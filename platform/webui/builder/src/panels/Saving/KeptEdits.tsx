import { useEffect, useState } from "react";

import { useEditor, useSession } from "@/editor/context";
import { SIGN_OF_LIFE, type LeftEdits } from "@/editor/keeping";
import { diffOf, type GraphDiff } from "@/graph/diff";
import { counted } from "@/panels/changes/words";
import { Button } from "@/ui/Button";

/** Offers the edits that another tab kept in this browser because they could not be saved. */
export function KeptEdits() {
  const { saver } = useSession();
  const [offered, setOffered] = useState<readonly LeftEdits[]>([]);
  const document = useEditor((editor) => editor.document);
  useEffect(() => {
    if (!saver) return;
    const look = () => setOffered(saver.left());
    look();
    // A tab that crashed a moment ago cannot be told from one that is there. Later it can.
    const later = setTimeout(look, SIGN_OF_LIFE + 1000);
    return () => clearTimeout(later);
  }, [saver]);
  const [first, ...others] = offered;
  if (!saver || !first) return null;
  return (
    <section className="kept-edits" aria-label="Edits that were not saved" role="alert">
      <p>
        <strong>Edits of {when(first.at)} were not saved.</strong> This browser has kept them, with
        every value that was typed: {amount(diffOf(document, first.document))}.
      </p>
      <div className="kept-edits__actions">
        <Button
          kind="primary"
          small
          onClick={() => {
            saver.takeOver(first);
            setOffered(others);
          }}
        >
          Restore them
        </Button>
        <Button
          small
          onClick={() => {
            first.discard();
            setOffered(others);
          }}
        >
          Discard them
        </Button>
      </div>
    </section>
  );
}

/** Return how much is different: `2 nodes, 1 link`. */
function amount({ nodes, links, fields }: GraphDiff): string {
  const parts = [
    nodes.length > 0 && counted(nodes.length, "node"),
    links.length > 0 && counted(links.length, "link"),
    fields.length > 0 && "the agent itself",
  ];
  return parts.filter(Boolean).join(", ");
}

function when(at: Date): string {
  const sameDay = at.toDateString() === new Date().toDateString();
  return sameDay
    ? at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}
