import { useId, useMemo, useState } from "react";

import { useEditor, useEditorStore } from "@/editor/context";
import { titleOf } from "@/graph/catalogue";
import { findNode, type NodeDocument } from "@/graph/document";
import { parseWhole, type Json, type JsonObject } from "@/graph/json";
import { pinsOf, type Pin } from "@/graph/pins";
import { RunForm } from "@/panels/RunForm";
import { useCommands, useRunStore } from "@/run/context";
import type { NodeRun } from "@/run/events";
import { isShortened } from "@/run/values/kinds";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

export interface RunNodeDialogProps {
  readonly node: string;
  readonly onClose: () => void;
}

/** Asks for the values of one node's pins, and runs it alone. They begin as it last took them. */
export function RunNodeDialog({ node: id, onClose }: RunNodeDialogProps) {
  const node = useEditor(({ document }) => findNode(document, id));
  return node ? <NodeDialog node={node} onClose={onClose} /> : null;
}

function NodeDialog({
  node,
  onClose,
}: {
  readonly node: NodeDocument;
  readonly onClose: () => void;
}) {
  const form = useId();
  const { runNode } = useCommands();
  const editor = useEditorStore();
  const store = useRunStore();
  const [isBusy, setBusy] = useState(false);
  const title = useEditor(({ catalogue }) => titleOf(node, catalogue));
  // As it is when the dialog opens: what runs meanwhile does not change what is being typed.
  const { schema, initial } = useMemo(() => {
    const { document, catalogue } = editor.getState();
    const { inputs } = pinsOf(node, document, catalogue);
    const last = store.getState().state?.nodes.get(node.id)?.executions.at(-1);
    return { schema: schemaOf(inputs), initial: valuesOf(inputs, last) };
  }, [editor, store, node]);
  return (
    <Dialog
      title={`Run ${title} alone`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" icon="play" type="submit" form={form} disabled={isBusy}>
            {isBusy ? "Starting…" : "Run"}
          </Button>
        </>
      }
    >
      <RunForm
        id={form}
        agent={`node:${node.id}`}
        schema={schema}
        initial={initial}
        onBusy={setBusy}
        onRun={async (inputs) => {
          await runNode(node.id, inputs);
          onClose();
        }}
      />
    </Dialog>
  );
}

/** Return the pins as the schema of an object. */
function schemaOf(pins: readonly Pin[]): JsonObject {
  const shown = pins.filter((pin) => !pin.hidden);
  const properties = shown.map(({ name, title, schema: { part } }): [string, Json] => [
    name,
    { ...part, title },
  ]);
  const roots = shown.flatMap(({ schema: { root } }) => root.$defs ?? []);
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    required: shown.filter((pin) => pin.required).map((pin) => pin.name),
    ...(roots[0] === undefined ? {} : { $defs: roots[0] }),
  };
}

/** Return what the node last took, or else what it is given on the canvas. */
function valuesOf(pins: readonly Pin[], last: NodeRun | undefined): JsonObject {
  const taken = last?.inputs ?? {};
  const values = pins.flatMap(({ name, value }): [string, Json][] => {
    const isTaken = Object.hasOwn(taken, name) && !isShortened(taken[name]);
    const held = isTaken ? plain(taken[name]) : value;
    return held === undefined ? [] : [[name, held]];
  });
  return Object.fromEntries(values);
}

/** Return the value as fields know it: 12.0, which a run keeps as it was written, is 12. */
function plain(value: unknown): Json {
  return parseWhole(JSON.stringify(value)) as Json;
}
