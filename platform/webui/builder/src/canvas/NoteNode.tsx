import { NodeResizer, type NodeProps } from "@xyflow/react";
import { memo, useState } from "react";
import type { FlowNode } from "@/canvas/flow";
import { useEditor, useEditorStore } from "@/editor/context";
import { findNode } from "@/graph/document";
import { setValue } from "@/graph/edits";

/** A sticky note: text for people, which never runs. */
export const NoteNode = memo(function NoteNode({ id, selected }: NodeProps<FlowNode>) {
  const store = useEditorStore();
  const text = useEditor((editor) => {
    const value = findNode(editor.document, id)?.input_default.text;
    return typeof value === "string" ? value : "";
  });
  const readOnly = useEditor((editor) => editor.readOnly);
  const mark = useEditor((editor) => editor.marks?.nodes.get(id));
  const [isEdited, setEdited] = useState(false);

  const write = (value: string) => {
    store
      .getState()
      .edit(
        "Write a note",
        (document) => setValue(document, id, "text", value, store.getState().catalogue),
        { merge: `note:${id}` },
      );
  };

  return (
    <div className="note" data-selected={selected || undefined} data-mark={mark}>
      {selected && !readOnly && <NodeResizer minWidth={120} minHeight={72} />}
      {isEdited ? (
        <textarea
          className="note__text nodrag nowheel nopan"
          aria-label="Text of the note"
          autoFocus
          value={text}
          onChange={(event) => write(event.target.value)}
          onBlur={() => {
            setEdited(false);
            store.getState().settle();
          }}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === "Escape") event.currentTarget.blur();
          }}
        />
      ) : (
        <div
          className="note__text"
          onDoubleClick={() => {
            if (!readOnly) setEdited(true);
          }}
        >
          {text || <span className="note__empty">Double-click to write</span>}
        </div>
      )}
    </div>
  );
});
