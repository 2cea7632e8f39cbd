/** One node: its name, its values, what runs it how, and what is wrong with it. */
import { useId } from "react";
import { useShallow } from "zustand/react/shallow";
import { useEdit } from "@/editor/useEdit";
import { useEditor } from "@/editor/context";
import { titleOf } from "@/graph/catalogue";
import { findNode, isDisabled, type NodeDocument } from "@/graph/document";
import { renameNode, setDisabled, setMetadata } from "@/graph/edits";
import { isObject } from "@/graph/json";
import { InRun } from "@/panels/Inspector/InRun";
import { McpTool } from "@/panels/Inspector/McpTool";
import { NodeFields } from "@/panels/Inspector/NodeFields";
import { PinnedOutputs } from "@/panels/Inspector/PinnedOutputs";
import { PolicyFields } from "@/panels/Inspector/PolicyFields";
import { Words } from "@/pins/Words";
import { SubAgent } from "@/panels/Inspector/SubAgent";
import { TargetList } from "@/panels/Inspector/TargetList";
import { TriggerPanel } from "@/panels/Inspector/TriggerPanel";

export function NodePanel({ id }: { readonly id: string }) {
  const node = useEditor(({ document }) => findNode(document, id));
  const block = useEditor(({ catalogue }) => catalogue.get(node?.block_id ?? ""));
  if (!node) return null;
  const kind = block?.uiType ?? "Unknown";
  const runs = kind !== "Note" && kind !== "Unknown";
  return (
    <>
      <NodeHead node={node} />
      <NodeProblems id={id} />
      {runs && <InRun node={id} />}
      {kind === "Agent" && <SubAgent node={node} />}
      {kind === "MCP Tool" && <McpTool node={node} />}
      {block?.webhook && <TriggerPanel node={node} provider={block.webhook.provider} />}
      {kind === "Unknown" ? <UnknownBlock node={node} /> : <NodeFields node={node} block={block} />}
      {runs && <TargetList id={id} />}
      {runs && <PinnedOutputs node={node} />}
      {runs && <PolicyFields node={node} />}
      {kind !== "Note" && <NodeNote node={node} />}
    </>
  );
}

function NodeHead({ node }: { readonly node: NodeDocument }) {
  const inputId = useId();
  const block = useEditor(({ catalogue }) => catalogue.get(node.block_id));
  const title = useEditor(({ catalogue }) => titleOf(node, catalogue));
  const edit = useEdit();
  const readOnly = useEditor((editor) => editor.readOnly);
  const unnamed = useEditor(({ catalogue }) => titleOf(withoutName(node), catalogue));
  const isOff = isDisabled(node);
  return (
    <header className="inspector__head">
      <label className="visually-hidden" htmlFor={inputId}>
        Name of this node
      </label>
      <input
        id={inputId}
        className="inspector__title"
        dir="auto"
        value={node.metadata.customized_name ?? ""}
        placeholder={unnamed}
        disabled={readOnly}
        onChange={(event) => {
          const name = event.target.value;
          edit("Rename", (document) => renameNode(document, node.id, name), {
            merge: `name:${node.id}`,
          });
        }}
      />
      <h2 className="visually-hidden">{title}</h2>
      {block && block.uiType !== "Note" && (
        <div className="inspector__about">
          {block.description.split("\n\n").map((paragraph, index) => (
            <p key={paragraph}>
              {index === 0 && title !== block.title && <strong>{block.title}: </strong>}
              {paragraph}
            </p>
          ))}
        </div>
      )}
      {block?.uiType !== "Note" && (
        <label className="toggle inspector__switch">
          <input
            type="checkbox"
            role="switch"
            checked={!isOff}
            disabled={readOnly}
            onChange={() =>
              edit(isOff ? "Enable" : "Disable", (document) =>
                setDisabled(document, [node.id], !isOff),
              )
            }
          />
          <span>{isOff ? "Disabled: left out of runs" : "Takes part in runs"}</span>
        </label>
      )}
    </header>
  );
}

function withoutName(node: NodeDocument): NodeDocument {
  const { customized_name: _name, ...metadata } = node.metadata;
  return { ...node, metadata };
}

/** The problems of the node that no field of it shows. */
function NodeProblems({ id }: { readonly id: string }) {
  const problems = useEditor(
    useShallow(({ problems }) =>
      problems.filter((problem) => problem.node_id === id && problem.pin === undefined),
    ),
  );
  if (problems.length === 0) return null;
  return (
    <ul className="notice notice--error inspector__problems" role="status">
      {problems.map((problem) => (
        <li key={`${problem.code} ${problem.detail}`} dir="auto">
          <Words text={problem.detail} />
        </li>
      ))}
    </ul>
  );
}

function UnknownBlock({ node }: { readonly node: NodeDocument }) {
  return (
    <details className="inspector__section">
      <summary>What the node holds</summary>
      <pre className="value__text value__text--code">
        {JSON.stringify(node.input_default, null, 2)}
      </pre>
    </details>
  );
}

function NodeNote({ node }: { readonly node: NodeDocument }) {
  const id = useId();
  const edit = useEdit();
  const readOnly = useEditor((editor) => editor.readOnly);
  const note = node.metadata.note;
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        Note
      </label>
      <textarea
        id={id}
        rows={1}
        data-grows
        dir="auto"
        aria-describedby={`${id}-help`}
        disabled={readOnly}
        value={typeof note === "string" ? note : isObject(note) ? JSON.stringify(note) : ""}
        onChange={(event) => {
          const text = event.target.value || undefined;
          edit("Note", (document) => setMetadata(document, node.id, "note", text), {
            merge: `note:${node.id}`,
          });
        }}
      />
      <p className="field__help" id={`${id}-help`}>
        For those who read the agent. It does nothing.
      </p>
    </div>
  );
}
