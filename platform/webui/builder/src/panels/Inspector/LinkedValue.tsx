/** Where a linked pin's value comes from, in place of its control. */
import { useShallow } from "zustand/react/shallow";
import { useEdit } from "@/editor/useEdit";
import { useEditor, useEditorStore } from "@/editor/context";
import { jumpTo } from "@/editor/jump";
import { titleOf } from "@/graph/catalogue";
import { findNode, linksInto } from "@/graph/document";
import { disconnect } from "@/graph/edits";
import type { Pin } from "@/graph/pins";
import { LinkIcon, RemoveIcon } from "@/pins/icons";
import { summary } from "@/pins/values";

export function LinkedValue({ node, pin }: { readonly node: string; readonly pin: Pin }) {
  const store = useEditorStore();
  const edit = useEdit();
  const readOnly = useEditor((editor) => editor.readOnly);
  const catalogue = useEditor((editor) => editor.catalogue);
  const links = useEditor(
    useShallow(({ document }) =>
      linksInto(document, node).filter((link) => link.sink_name === pin.name),
    ),
  );
  const titles = useEditor(
    useShallow(({ document }) =>
      links.map((link) => {
        const source = findNode(document, link.source_id);
        return source ? titleOf(source, catalogue) : "a node that is gone";
      }),
    ),
  );
  return (
    <>
      <ul className="linked">
        {links.map((link, index) => (
          <li key={link.id} className="linked__one">
            <button
              type="button"
              className="linked__source"
              onClick={() => jumpTo(store, { node_id: link.source_id })}
            >
              <LinkIcon />
              <span dir="auto">{titles[index]}</span>
              <span className="linked__pin" dir="auto">
                {link.source_name}
              </span>
              <span className="visually-hidden">Go to the source</span>
            </button>
            {!readOnly && (
              <button
                type="button"
                className="icon-button"
                aria-label={`Remove the link from ${titles[index] ?? ""}`}
                title="Remove this link"
                onClick={() => edit("Remove a link", (document) => disconnect(document, [link.id]))}
              >
                <RemoveIcon />
              </button>
            )}
          </li>
        ))}
      </ul>
      {pin.value !== undefined && pin.value !== null && !pin.secret && (
        <p className="field__help">
          A value is kept for when nothing is linked: {summary(pin.value)}
        </p>
      )}
    </>
  );
}
