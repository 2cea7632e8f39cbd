/** The agent itself, where nothing is selected. */
import { useId, useState } from "react";
import { useShallow } from "zustand/react/shallow";
import { useEdit } from "@/editor/useEdit";
import { useEditor, useEditorStore } from "@/editor/context";
import { jumpTo } from "@/editor/jump";
import { nodesOfKind, titleOf } from "@/graph/catalogue";
import { setDescription, setName } from "@/graph/edits";
import { AgentSettingsDialog } from "@/panels/Inspector/AgentSettingsDialog";

export function AgentPanel() {
  const id = useId();
  const [showsSettings, setShowsSettings] = useState(false);
  const { name, description } = useEditor(
    useShallow(({ document: { name, description } }) => ({ name, description })),
  );
  const agent = useEditor((editor) => editor.agent);
  const edit = useEdit();
  const readOnly = useEditor((editor) => editor.readOnly);
  return (
    <>
      <header className="inspector__head">
        <h2>Agent</h2>
      </header>
      <div className="fields">
        <div className="field">
          <label className="field__label" htmlFor={`${id}-name`}>
            Name
          </label>
          <input
            id={`${id}-name`}
            dir="auto"
            maxLength={255}
            value={name}
            disabled={readOnly}
            onChange={(event) => {
              const text = event.target.value;
              edit("Rename the agent", (document) => setName(document, text), {
                merge: "agent-name",
              });
            }}
          />
        </div>
        <div className="field">
          <label className="field__label" htmlFor={`${id}-description`}>
            Description
          </label>
          <textarea
            id={`${id}-description`}
            rows={2}
            data-grows
            dir="auto"
            value={description}
            disabled={readOnly}
            onChange={(event) => {
              const text = event.target.value;
              edit("Describe the agent", (document) => setDescription(document, text), {
                merge: "agent-description",
              });
            }}
          />
        </div>
      </div>
      {agent && (
        <button
          type="button"
          className="button button--small"
          onClick={() => setShowsSettings(true)}
        >
          Settings of its runs…
        </button>
      )}
      <Surface kind="Input" title="Takes" empty="No inputs: each run is the same." />
      <Surface kind="Output" title="Gives" empty="No outputs: runs show nothing at their end." />
      <p className="inspector__quiet">Choose a block to see and change what it works with.</p>
      {showsSettings && agent && (
        <AgentSettingsDialog agent={agent} onClose={() => setShowsSettings(false)} />
      )}
    </>
  );
}

interface SurfaceProps {
  readonly kind: "Input" | "Output";
  readonly title: string;
  readonly empty: string;
}

/** What the agent takes or gives, each with the way to its node. */
function Surface({ kind, title, empty }: SurfaceProps) {
  const store = useEditorStore();
  const catalogue = useEditor((editor) => editor.catalogue);
  const nodes = useEditor(useShallow(({ document }) => nodesOfKind(document, kind, catalogue)));
  return (
    <section className="inspector__surface">
      <h3>{title}</h3>
      {nodes.length === 0 ? (
        <p className="inspector__quiet">{empty}</p>
      ) : (
        <ul className="linked">
          {nodes.map((node) => {
            const name = node.input_default.name;
            const label = typeof name === "string" && name ? name : titleOf(node, catalogue);
            return (
              <li key={node.id} className="linked__one">
                <button
                  type="button"
                  className="linked__source"
                  onClick={() => jumpTo(store, { node_id: node.id, pin: "name" })}
                >
                  <span dir="auto">{label}</span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
