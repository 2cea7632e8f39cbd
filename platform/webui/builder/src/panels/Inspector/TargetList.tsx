/** Where a node's outputs go. */
import { useShallow } from "zustand/react/shallow";
import { useEditor, useEditorStore } from "@/editor/context";
import { jumpTo } from "@/editor/jump";
import { titleOf } from "@/graph/catalogue";
import { findNode, linksOutOf } from "@/graph/document";
import { LinkIcon } from "@/pins/icons";

export function TargetList({ id }: { readonly id: string }) {
  const store = useEditorStore();
  const links = useEditor(useShallow(({ document }) => linksOutOf(document, id)));
  const titles = useEditor(
    useShallow(({ document, catalogue }) =>
      links.map((link) => {
        const sink = findNode(document, link.sink_id);
        return sink ? titleOf(sink, catalogue) : "a node that is gone";
      }),
    ),
  );
  if (links.length === 0) return null;
  return (
    <details className="inspector__section">
      <summary>
        Goes to <span className="inspector__quiet">{links.length}</span>
      </summary>
      <ul className="linked">
        {links.map((link, index) => (
          <li key={link.id} className="linked__one">
            <button
              type="button"
              className="linked__source"
              onClick={() => jumpTo(store, { node_id: link.sink_id, pin: link.sink_name })}
            >
              <LinkIcon />
              <span className="linked__pin" dir="auto">
                {link.source_name}
              </span>
              <span dir="auto">{titles[index]}</span>
              <span className="linked__pin" dir="auto">
                {link.sink_name}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
