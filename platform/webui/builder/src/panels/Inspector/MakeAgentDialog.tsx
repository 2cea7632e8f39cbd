/** An agent made of the chosen nodes: its name, and the names of what it takes and gives. */
import { useId, useMemo, useState } from "react";
import { createAgentFrom } from "@/api/agents";
import { focusNode } from "@/canvas/showing";
import { useCanvas } from "@/canvas/useCanvas";
import { useSession } from "@/editor/context";
import { useEditor, useEditorStore } from "@/editor/context";
import { titleOf } from "@/graph/catalogue";
import { findNode } from "@/graph/document";
import {
  extractedGraph,
  extractionOf,
  gateProblem,
  NoExtraction,
  renameGate,
  replaceExtracted,
  type Extraction,
} from "@/graph/extract";
import { newId } from "@/graph/ids";
import { sentenceOf } from "@/panels/sentence";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { toast } from "@/ui/messages";

interface MakeAgentDialogProps {
  readonly nodes: readonly string[];
  readonly onClose: () => void;
}

export function MakeAgentDialog({ nodes, onClose }: MakeAgentDialogProps) {
  const store = useEditorStore();
  const flow = useCanvas();
  const { client } = useSession();
  const id = useId();
  const document = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  const found = useMemo(
    () => tried(() => extractionOf(document, nodes, catalogue)),
    [document, nodes, catalogue],
  );
  const [renamed, setRenamed] = useState<{ readonly of: object; readonly as: Extraction }>();
  const [name, setName] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  if (typeof found === "string") {
    return (
      <Dialog
        title="Make an agent of these"
        onClose={onClose}
        actions={<Button onClick={onClose}>Close</Button>}
      >
        <p>{found}</p>
      </Dialog>
    );
  }
  const extraction = renamed?.of === found ? renamed.as : found;
  const isWrong = SIDES.some(([side]) =>
    extraction[side].some((_, index) => gateProblem(extraction, side, index)),
  );

  async function make() {
    setBusy(true);
    setRefusal(null);
    try {
      const agent = await createAgentFrom(
        client,
        extractedGraph(document, extraction, name.trim()),
      );
      const node = newId();
      store
        .getState()
        .edit("Make an agent", (now) => replaceExtracted(now, extraction, agent, node), {
          select: { nodes: [node] },
        });
      toast(`“${agent.name}” is one of your agents now.`);
      onClose();
      // What was focused before is gone with the blocks; the one that took their place is there.
      requestAnimationFrame(() => focusNode(flow, node));
    } catch (error) {
      setBusy(false);
      setRefusal(sentenceOf(error));
    }
  }

  return (
    <Dialog
      title="Make an agent of these"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            type="submit"
            form={id}
            disabled={isBusy || isWrong || !name.trim()}
          >
            {isBusy ? "Making…" : "Make the agent"}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className="fields"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <p>
          The{" "}
          {extraction.nodes.length === 1 ? "block moves" : `${extraction.nodes.length} blocks move`}{" "}
          into an agent of their own, and one block that runs it takes their place.
        </p>
        <div className="field">
          <label className="field__label" htmlFor={`${id}-name`}>
            Name of the agent <span className="required">required</span>
          </label>
          <input
            id={`${id}-name`}
            dir="auto"
            maxLength={255}
            required
            autoFocus
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {SIDES.map(([side, title]) => (
          <fieldset key={side} className="gates">
            <legend>{title}</legend>
            {extraction[side].length === 0 && <p className="inspector__quiet">Nothing.</p>}
            {extraction[side].map((gate, index) => {
              const problem = gateProblem(extraction, side, index);
              const [link] = gate.links;
              const end =
                link && findNode(document, side === "inputs" ? link.sink_id : link.source_id);
              const pin = side === "inputs" ? link?.sink_name : link?.source_name;
              const of = end ? `${titleOf(end, catalogue)}, ${pin ?? ""}` : "";
              return (
                // A gate has no name but its place: its name is what is edited.
                <div className="field" key={index}>
                  <input
                    dir="auto"
                    aria-label={`Name of what stands for ${of}`}
                    aria-describedby={`${id}-${side}-${index}`}
                    aria-invalid={problem ? true : undefined}
                    value={gate.name}
                    onChange={(event) =>
                      setRenamed({
                        of: found,
                        as: renameGate(extraction, side, index, event.target.value),
                      })
                    }
                  />
                  <p
                    id={`${id}-${side}-${index}`}
                    className={problem ? "field__errors" : "field__help"}
                    dir="auto"
                  >
                    {problem ?? of}
                  </p>
                </div>
              );
            })}
          </fieldset>
        ))}
        {refusal && (
          <p className="notice notice--error" role="alert">
            {refusal}
          </p>
        )}
      </form>
    </Dialog>
  );
}

const SIDES = [
  ["inputs", "It takes"],
  ["outputs", "It gives"],
] as const;

/** Return what the function returns, or the sentence that says why there is nothing. */
function tried(make: () => Extraction): Extraction | string {
  try {
    return make();
  } catch (error) {
    if (error instanceof NoExtraction) return error.message;
    throw error;
  }
}
