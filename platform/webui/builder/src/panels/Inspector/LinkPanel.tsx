/** One link: what it carries from where to where. */
import { useShallow } from "zustand/react/shallow";
import { useEdit } from "@/editor/useEdit";
import { useEditor, useEditorStore } from "@/editor/context";
import { jumpTo } from "@/editor/jump";
import { titleOf } from "@/graph/catalogue";
import { findNode } from "@/graph/document";
import { disconnect } from "@/graph/edits";
import { LinkIcon } from "@/pins/icons";

export function LinkPanel({ id }: { readonly id: string }) {
  const store = useEditorStore();
  const link = useEditor(({ document }) => document.links.find((one) => one.id === id));
  const edit = useEdit();
  const readOnly = useEditor((editor) => editor.readOnly);
  const [source, sink] = useEditor(
    useShallow(({ document, catalogue }) =>
      [link?.source_id, link?.sink_id].map((end) => {
        const node = end === undefined ? undefined : findNode(document, end);
        return node ? titleOf(node, catalogue) : "a node that is gone";
      }),
    ),
  );
  if (!link) return null;
  return (
    <>
      <header className="inspector__head">
        <h2>Link</h2>
        <p className="inspector__about">
          {link.is_static
            ? "Its last value stays and is used again for each run of the node that it leads to."
            : "Each value that goes through is used once."}
        </p>
      </header>
      <ul className="linked">
        <li className="linked__one">
          <button
            type="button"
            className="linked__source"
            onClick={() => jumpTo(store, { node_id: link.source_id })}
          >
            <LinkIcon />
            From <span dir="auto">{source}</span>
            <span className="linked__pin" dir="auto">
              {link.source_name}
            </span>
          </button>
        </li>
        <li className="linked__one">
          <button
            type="button"
            className="linked__source"
            onClick={() => jumpTo(store, { node_id: link.sink_id, pin: link.sink_name })}
          >
            <LinkIcon />
            To <span dir="auto">{sink}</span>
            <span className="linked__pin" dir="auto">
              {link.sink_name}
            </span>
          </button>
        </li>
      </ul>
      {!readOnly && (
        <button
          type="button"
          className="button button--small"
          onClick={() => edit("Remove a link", (document) => disconnect(document, [id]))}
        >
          Remove the link
        </button>
      )}
    </>
  );
}
