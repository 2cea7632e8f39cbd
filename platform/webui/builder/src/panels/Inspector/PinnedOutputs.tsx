/** The values that stand in for a node's outputs while its author works on the agent. */
import { useEdit } from "@/editor/useEdit";
import { useEditor } from "@/editor/context";
import type { NodeDocument } from "@/graph/document";
import { pinOutputs } from "@/graph/edits";
import { isArray, isObject, type Json } from "@/graph/json";
import { summary } from "@/pins/values";

const MOST_SHOWN = 3;

export function PinnedOutputs({ node }: { readonly node: NodeDocument }) {
  const edit = useEdit();
  const readOnly = useEditor((editor) => editor.readOnly);
  const pinned: unknown = node.metadata.pinned;
  const pins = isObject(pinned) ? Object.entries(pinned) : [];
  if (pins.length === 0) return null;
  return (
    <section className="notice inspector__pinned" aria-label="Pinned outputs">
      <h3>Outputs are pinned</h3>
      <p>Runs of the editor take these values and do not run the node. Other runs do.</p>
      <dl className="inspector__values">
        {pins.map(([pin, values]) => (
          <div key={pin}>
            <dt dir="auto">{pin}</dt>
            {listed(values).map((value, index) => (
              // A value has no name but its place.
              <dd key={index} dir="auto">
                {value}
              </dd>
            ))}
          </div>
        ))}
      </dl>
      {!readOnly && (
        <button
          type="button"
          className="button button--small"
          onClick={() => edit("Unpin outputs", (document) => pinOutputs(document, node.id, null))}
        >
          Unpin
        </button>
      )}
    </section>
  );
}

function listed(values: Json | undefined): string[] {
  const all = isArray(values) ? values : [];
  const shown = all.slice(0, MOST_SHOWN).map((value) => summary(value) || "nothing");
  const more = all.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}
