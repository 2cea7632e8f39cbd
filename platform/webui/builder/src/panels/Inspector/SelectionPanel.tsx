/** Several nodes: what can be done with all of them. */
import { useShallow } from "zustand/react/shallow";
import { useEdit } from "@/editor/useEdit";
import { useEditor } from "@/editor/context";
import { titleOf } from "@/graph/catalogue";
import { findNode, isDisabled } from "@/graph/document";
import { remove, setDisabled } from "@/graph/edits";
import { openDialog } from "@/panels/state";

const MOST_NAMED = 8;

export function SelectionPanel({ nodes }: { readonly nodes: readonly string[] }) {
  const edit = useEdit();
  const readOnly = useEditor((editor) => editor.readOnly);
  const titles = useEditor(
    useShallow(({ document, catalogue }) =>
      nodes.slice(0, MOST_NAMED).map((id) => {
        const node = findNode(document, id);
        return node ? titleOf(node, catalogue) : "";
      }),
    ),
  );
  const areOff = useEditor(({ document }) =>
    nodes.every((id) => {
      const node = findNode(document, id);
      return node !== undefined && isDisabled(node);
    }),
  );
  const more = nodes.length - titles.length;
  return (
    <>
      <header className="inspector__head">
        <h2>{nodes.length} nodes</h2>
        <p className="inspector__about" dir="auto">
          {titles.join(", ")}
          {more > 0 && ` and ${more} more`}
        </p>
      </header>
      {!readOnly && (
        <div className="actions">
          <button
            type="button"
            className="button button--small button--primary"
            onClick={() => openDialog("make-agent")}
          >
            Make an agent of these…
          </button>
          <button
            type="button"
            className="button button--small"
            onClick={() =>
              edit(areOff ? "Enable" : "Disable", (document) =>
                setDisabled(document, nodes, !areOff),
              )
            }
          >
            {areOff ? "Enable" : "Disable"}
          </button>
          <button
            type="button"
            className="button button--small button--danger"
            onClick={() => edit("Delete", (document) => remove(document, nodes))}
          >
            Delete
          </button>
        </div>
      )}
    </>
  );
}
