import { useState } from "react";
import { useEditor, useEditorStore } from "@/editor/context";
import { findNode } from "@/graph/document";
import { renameNode } from "@/graph/edits";
import { closeDialog } from "@/panels/state";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

/** A name of its own for the selected node. */
export function RenameDialog() {
  const store = useEditorStore();
  const [id] = useEditor((editor) => editor.selection.nodes);
  const node = useEditor((editor) => (id ? findNode(editor.document, id) : undefined));
  const block = useEditor((editor) => (node ? editor.catalogue.get(node.block_id)?.title : ""));
  const [name, setName] = useState(node?.metadata.customized_name ?? "");
  if (!node) return null;
  return (
    <Dialog title="Rename the node" onClose={closeDialog}>
      <form
        className="rename-dialog"
        onSubmit={(event) => {
          event.preventDefault();
          store.getState().edit("Rename a node", (held) => renameNode(held, node.id, name));
          closeDialog();
        }}
      >
        <label htmlFor="node-name">Name</label>
        <input
          id="node-name"
          autoFocus
          value={name}
          placeholder={block}
          maxLength={200}
          onChange={(event) => setName(event.target.value)}
        />
        <div className="dialog__actions">
          <Button onClick={closeDialog}>Cancel</Button>
          <Button kind="primary" type="submit">
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
