import { useMemo } from "react";

import { useEditor, useEditorStore } from "@/editor/context";
import { kindOf } from "@/graph/catalogue";
import { findNode } from "@/graph/document";
import { useRun, useRunStore, useScene } from "@/run/context";
import { isFinal, type RunState } from "@/run/events";
import { outputsOf, type NamedOutputs } from "@/run/outputs";
import { findNodeRun } from "@/run/store";
import { telling, type Waiting } from "@/run/waiting";
import { ValueView } from "@/run/values/ValueView";
import { moment } from "@/run/words";
import { urlOf } from "@/settings";

const MOST_OF_ONE = 100;

/** What the run brought out, why it failed, what it waits for. */
export function Overview({ onSteps }: { readonly onSteps: () => void }) {
  const state = useRun((view) => view.state);
  if (!state) return <p className="run-panel__empty">Press Run, and see here what comes out.</p>;
  return (
    <div className="run-overview">
      <FailureNotice state={state} onSteps={onSteps} />
      <WaitingList state={state} onSteps={onSteps} />
      <Outputs state={state} />
    </div>
  );
}

function FailureNotice({
  state,
  onSteps,
}: {
  readonly state: RunState;
  readonly onSteps: () => void;
}) {
  const editor = useEditorStore();
  const store = useRunStore();
  const error = state.run?.error;
  if (!error) return null;
  const failed = [...state.nodes].find(([, runs]) => runs.counts.FAILED);
  return (
    <section className="notice notice--error" aria-label="Why the run failed">
      <p dir="auto">{error.message ?? "The run failed."}</p>
      {error.code && <code className="small">{error.code}</code>}{" "}
      {failed && (
        <button
          type="button"
          className="link-button"
          onClick={() => {
            const [node, runs] = failed;
            editor.getState().select([node]);
            const last = runs.executions.findLast(({ status }) => status === "FAILED");
            store.getState().choose(last?.id ?? null);
            onSteps();
          }}
        >
          Show what failed
        </button>
      )}
    </section>
  );
}

function WaitingList({
  state,
  onSteps,
}: {
  readonly state: RunState;
  readonly onSteps: () => void;
}) {
  const all = useRun((view) => view.waiting);
  const waiting = telling(all);
  if (waiting.length === 0) return null;
  const isOver = state.run !== null && isFinal(state.run.status);
  return (
    <section className="run-waiting" aria-label={isOver ? "Never ran" : "Waiting"}>
      <h3>{isOver ? "Never ran" : "Waiting"}</h3>
      <ul>
        {waiting.map((one) => (
          <WaitingItem key={`${one.node_exec_id ?? ""} ${one.kind}`} one={one} onSteps={onSteps} />
        ))}
      </ul>
    </section>
  );
}

function WaitingItem({ one, onSteps }: { readonly one: Waiting; readonly onSteps: () => void }) {
  const editor = useEditorStore();
  const store = useRunStore();
  const { node_id: node } = one;
  const { urls } = useScene();
  const review = useRun(({ state }) =>
    state && one.node_exec_id ? findNodeRun(state, one.node_exec_id)?.waitsFor?.review : undefined,
  );
  return (
    <li>
      <p dir="auto">
        <WithCode text={one.reason} />{" "}
        {node && (
          <button
            type="button"
            className="link-button"
            onClick={() => {
              editor.getState().select([node]);
              store.getState().choose(one.node_exec_id);
              if (store.getState().state?.nodes.has(node)) onSteps();
            }}
          >
            Show
          </button>
        )}{" "}
        {review && <a href={urlOf(urls.review, review)}>Decide the review</a>}
      </p>
      <p className="muted small">
        {one.since && `Since ${moment(one.since)}. `}
        <WithCode text={one.help} />
      </p>
    </li>
  );
}

/** A sentence of the server, in which names stand between backticks. */
function WithCode({ text }: { readonly text: string }) {
  return text
    .split("`")
    .map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}

function Outputs({ state }: { readonly state: RunState }) {
  const document = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  const outputs = useMemo(
    () =>
      outputsOf(state, (id) => {
        const node = findNode(document, id);
        return node !== undefined && kindOf(node, catalogue) === "Output";
      }),
    [state, document, catalogue],
  );
  const isOver = state.run !== null && isFinal(state.run.status);
  if (isOver && state.run.outputs === null)
    return (
      <p className="muted">The values of this run were removed: it is older than they are kept.</p>
    );
  if (outputs.length === 0)
    return (
      <p className="muted">
        {isOver ? "Nothing reached an output." : "What reaches an output comes here."}
      </p>
    );
  return (
    <dl className="run-outputs">
      {outputs.map((named) => (
        <NamedOutput key={named.name} named={named} />
      ))}
    </dl>
  );
}

function NamedOutput({ named }: { readonly named: NamedOutputs }) {
  const shown = named.outputs.slice(-MOST_OF_ONE);
  const left = named.outputs.length - shown.length;
  return (
    <div className="run-outputs__one" data-output={named.name}>
      <dt dir="auto">
        {named.name}
        {named.outputs.length > 1 && (
          <span className="muted small"> {named.outputs.length.toLocaleString("en")} values</span>
        )}
      </dt>
      {left > 0 && <dd className="muted small">The first {left} are left out.</dd>}
      {shown.map(({ value, place }, index) => (
        <dd key={place?.nodeRun ?? index}>
          <ValueView value={value} {...(place ? { place } : {})} />
        </dd>
      ))}
    </div>
  );
}
