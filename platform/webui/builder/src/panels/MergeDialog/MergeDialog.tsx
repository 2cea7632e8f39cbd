import { useMemo, useState } from "react";
import { useStore } from "zustand";

import { useEditor, useSession } from "@/editor/context";
import type { Saver } from "@/editor/saving";
import type { GraphDocument } from "@/graph/document";
import { merge, type NodeMerge, type Side } from "@/graph/merge";
import { NodeChoice } from "@/panels/MergeDialog/NodeChoice";
import { TakenOver } from "@/panels/MergeDialog/TakenOver";
import { mergeView, putOffMerge } from "@/panels/Saving/state";
import { counted } from "@/panels/changes/words";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

/** Asks what is to become of two saves that began on the same draft. Shown while there is one. */
export function MergeDialog() {
  const { saver } = useSession();
  const saving = useEditor((editor) => editor.saving);
  const putOff = useStore(mergeView, (view) => view.putOff);
  if (!saver || saving.state !== "conflict" || putOff === saving.theirs) return null;
  return <Merging saver={saver} base={saving.base} theirs={saving.theirs} />;
}

type Way = "merge" | Side;

const WAYS: readonly (readonly [Way, string, string])[] = [
  ["merge", "Merge both", "What only one side changed is taken over; you choose on the rest."],
  ["mine", "Keep mine", "The other changes are lost."],
  ["theirs", "Take theirs", "Your edits are lost; undo brings them back."],
];

function Merging({
  saver,
  base,
  theirs,
}: {
  readonly saver: Saver;
  readonly base: GraphDocument;
  readonly theirs: GraphDocument;
}) {
  const mine = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  const [way, setWay] = useState<Way>("merge");
  const [choices, setChoices] = useState<ReadonlyMap<string, Side>>(new Map());
  const merged = useMemo(() => merge(base, mine, theirs, choices), [base, mine, theirs, choices]);
  const conflicts = merged.nodes.filter((node) => node.isConflict);
  const open = conflicts.filter((node) => !choices.has(node.id)).length;
  const choose = (nodes: readonly NodeMerge[], side: Side) =>
    setChoices(new Map([...choices, ...nodes.map(({ id }) => [id, side] as const)]));
  const finish = () => {
    if (way === "merge") saver.resolve(merged.document);
    else saver.resolve(way === "mine" ? mine : { ...theirs, id: mine.id });
  };
  return (
    <Dialog
      title="This agent was changed elsewhere"
      wide
      onClose={() => putOffMerge(theirs)}
      actions={
        <>
          <span className="merge__open" role="status">
            {way === "merge" && open > 0 && `${counted(open, "choice")} to make`}
          </span>
          <Button onClick={() => putOffMerge(theirs)}>Later</Button>
          <Button
            kind={way === "theirs" ? "danger" : "primary"}
            disabled={way === "merge" && open > 0}
            onClick={finish}
          >
            {WAYS.find(([one]) => one === way)?.[1]} and save
          </Button>
        </>
      }
    >
      <p className="merge__intro">
        Someone else, or you in another tab, saved this agent while you edited it. Nothing is lost
        yet.
      </p>
      <fieldset className="merge__ways">
        <legend className="visually-hidden">What to do</legend>
        {WAYS.map(([one, title, text]) => (
          <label key={one} className="merge__way" data-chosen={one === way || undefined}>
            <input type="radio" name="way" checked={one === way} onChange={() => setWay(one)} />
            <span>
              <strong>{title}</strong>
              <span className="merge__hint">{text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {way === "merge" && (
        <>
          {conflicts.length > 0 && (
            <section className="merge__conflicts" aria-label="Changed by both">
              <header>
                <h3>Changed by both</h3>
                {conflicts.length > 1 && (
                  <span className="merge__all">
                    <Button small onClick={() => choose(conflicts, "mine")}>
                      All mine
                    </Button>
                    <Button small onClick={() => choose(conflicts, "theirs")}>
                      All theirs
                    </Button>
                  </span>
                )}
              </header>
              {conflicts.map((node) => (
                <NodeChoice
                  key={node.id}
                  node={node}
                  catalogue={catalogue}
                  side={choices.get(node.id)}
                  onChoose={(side) => choose([node], side)}
                />
              ))}
            </section>
          )}
          <TakenOver merged={merged} catalogue={catalogue} />
        </>
      )}
    </Dialog>
  );
}
