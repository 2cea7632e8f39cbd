import { useEffect, useState, type ReactNode } from "react";

import { useEditor, useEditorStore } from "@/editor/context";
import { findNode } from "@/graph/document";
import { pinOutputs } from "@/graph/edits";
import { lengthOf } from "@/panels/RunPanel/timeline";
import { useCommands, useRun, useScene, useTold, useWaiting } from "@/run/context";
import { isFinal, type Failure, type NodeRun, type PinValues } from "@/run/events";
import { outputsToPin } from "@/run/pinning";
import type { LogLine } from "@/run/requests";
import { Status } from "@/run/StatusIcon";
import { ValueView } from "@/run/values/ValueView";
import { reasonOf } from "@/run/waiting";
import { duration, moment, statusWord } from "@/run/words";
import { urlOf } from "@/settings";

export interface NodeRunDetailProps {
  readonly run: NodeRun;
  /** The id of the run that it belongs to. */
  readonly of: string;
  readonly now: number;
}

/** One execution of a node: how it went, what it took and gave, what happened in it. */
export function NodeRunDetail({ run, of, now }: NodeRunDetailProps) {
  return (
    <article className="step" aria-label={`${run.title}, ${statusWord(run.status)}`}>
      <header className="step__head">
        <h3 className="step__title" dir="auto">
          {run.title}
        </h3>
        <Status status={run.status} />
        <Figures run={run} now={now} />
      </header>
      <Actions run={run} of={of} />
      <FailureNotice failure={run.error} />
      {run.tries > 1 && run.lastError && !run.error && (
        <p className="small muted">
          Try {run.tries}; before: {run.lastError.message}
        </p>
      )}
      <WaitingNotice run={run} />
      <Inputs run={run} of={of} />
      <Outputs run={run} of={of} />
      <Log run={run} of={of} />
    </article>
  );
}

function Figures({ run, now }: { readonly run: NodeRun; readonly now: number }) {
  const length = lengthOf(run, now);
  const queued =
    run.queuedAt && run.startedAt ? Date.parse(run.startedAt) - Date.parse(run.queuedAt) : null;
  const parts = [
    run.isReused ? "taken over from the run that this one replays" : "",
    run.isPinned ? "gave its pinned outputs without running" : "",
    length !== null && !run.isReused && !run.isPinned ? `took ${duration(length)}` : "",
    queued !== null && queued >= 1 ? `waited ${duration(queued)} for a worker` : "",
    run.tries > 1 ? `${run.tries} tries` : "",
    run.startedAt ? `began ${moment(run.startedAt)}` : "",
  ].filter(Boolean);
  return <span className="small muted">{parts.join(" · ")}</span>;
}

function FailureNotice({ failure }: { readonly failure: Failure | null }) {
  if (!failure) return null;
  return (
    <div className="notice notice--error">
      <p dir="auto">{failure.message ?? "It failed without saying why."}</p>
      {failure.code && <code className="small">{failure.code}</code>}
    </div>
  );
}

function WaitingNotice({ run }: { readonly run: NodeRun }) {
  const { urls } = useScene();
  const waiting = useWaiting(run.node).filter(({ node_exec_id }) => node_exec_id === run.id);
  if (isFinal(run.status)) return null;
  const [first] = waiting;
  const reason = first ? reasonOf(first) : run.reason;
  if (!reason) return null;
  return (
    <div className="notice notice--warning">
      <p dir="auto">{reason}</p>
      {first && <p className="small muted">{first.help}</p>}
      {run.waitsFor?.kind === "review" && run.waitsFor.review && (
        <a href={urlOf(urls.review, run.waitsFor.review)}>Decide the review</a>
      )}
    </div>
  );
}

function Actions({ run, of }: { readonly run: NodeRun; readonly of: string }) {
  const commands = useCommands();
  const busy = useTold((told) => told.busy);
  const { urls } = useScene();
  const isThere = useEditor(({ document }) => findNode(document, run.node) !== undefined);
  const isOver = useRun(({ state }) => state?.run != null && isFinal(state.run.status));
  return (
    <p className="step__actions">
      {run.child && (
        <a className="button button--small" href={urlOf(urls.run, run.child)}>
          Open the run of its agent
        </a>
      )}
      {isOver && isThere && (
        <button
          type="button"
          className="button button--small"
          title="A new run that takes over what this one recorded before this node"
          disabled={busy !== null}
          onClick={() => void commands.runFrom(run.node)}
        >
          Run from here
        </button>
      )}
      {isThere && <PinButton run={run} of={of} />}
    </p>
  );
}

/** Have the outputs stand in for the node in editor runs, or no longer. */
function PinButton({ run, of }: { readonly run: NodeRun; readonly of: string }) {
  const editor = useEditorStore();
  const { urls } = useScene();
  const readOnly = useEditor((state) => state.readOnly);
  const isPinned = useEditor(
    ({ document }) => findNode(document, run.node)?.metadata.pinned !== undefined,
  );
  const [failed, setFailed] = useState(false);
  const canPin = run.status === "COMPLETED" && run.outputs.size > 0;
  if (readOnly || (!canPin && !isPinned)) return null;
  async function pin(): Promise<void> {
    try {
      const outputs = await outputsToPin(urls, of, run);
      editor.getState().edit("Pin outputs", (document) => pinOutputs(document, run.node, outputs));
      setFailed(false);
    } catch {
      setFailed(true);
    }
  }
  return (
    <>
      {canPin && (
        <button
          type="button"
          className="button button--small"
          title="Runs in the editor use these outputs instead of running the node"
          onClick={() => void pin()}
        >
          {isPinned ? "Pin these outputs instead" : "Pin outputs"}
        </button>
      )}
      {isPinned && (
        <button
          type="button"
          className="button button--small"
          onClick={() =>
            editor
              .getState()
              .edit("Unpin outputs", (document) => pinOutputs(document, run.node, null))
          }
        >
          Unpin
        </button>
      )}
      {failed && <span role="alert">The outputs could not be loaded. Try again.</span>}
    </>
  );
}

function Inputs({ run, of }: { readonly run: NodeRun; readonly of: string }) {
  const pins = Object.entries(run.inputs ?? {});
  return (
    <Part title="Inputs">
      {run.inputs === null && (
        <p className="muted small">Removed: the run is older than values are kept.</p>
      )}
      {run.inputs !== null && pins.length === 0 && <p className="muted small">None</p>}
      {pins.length > 0 && (
        <dl className="step__pins">
          {pins.map(([pin, value]) => (
            <div key={pin} data-input={pin}>
              <dt dir="auto">{pin}</dt>
              <dd>
                <ValueView value={value} place={{ run: of, nodeRun: run.id, input: pin }} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Part>
  );
}

function Outputs({ run, of }: { readonly run: NodeRun; readonly of: string }) {
  return (
    <Part title="Outputs">
      {run.outputs.size === 0 && (
        <p className="muted small">
          {run.inputs === null ? "Removed" : isFinal(run.status) ? "None" : "None yet"}
        </p>
      )}
      {run.outputs.size > 0 && (
        <dl className="step__pins">
          {Array.from(run.outputs, ([pin, values]) => (
            <PinOutputs key={pin} run={run} of={of} pin={pin} values={values} />
          ))}
        </dl>
      )}
    </Part>
  );
}

function PinOutputs({
  run,
  of,
  pin,
  values: { count, kept },
}: {
  readonly run: NodeRun;
  readonly of: string;
  readonly pin: string;
  readonly values: PinValues;
}) {
  const left = count - kept.length;
  return (
    <div data-output={pin}>
      <dt dir="auto">
        {pin}
        {count > 1 && <span className="muted"> {count.toLocaleString("en")} values</span>}
      </dt>
      {left > 0 && <dd className="muted small">The first {left} are left out.</dd>}
      {kept.map((value, index) => (
        <dd key={left + index}>
          <ValueView
            value={value}
            place={{ run: of, nodeRun: run.id, output: pin, index: left + index }}
          />
        </dd>
      ))}
    </div>
  );
}

/** What became of it, and what its block wrote meanwhile, in the order of time. */
function Log({ run, of }: { readonly run: NodeRun; readonly of: string }) {
  const lines = useLines(run, of);
  const entries = [
    ...run.steps.map(({ seq, at, status, text }) => ({
      key: `${seq}`,
      at,
      word: statusWord(status),
      text,
    })),
    ...lines.map(({ time, text }, index) => ({ key: `line ${index}`, at: time, word: "", text })),
  ].sort((one, other) => (one.at && other.at ? Date.parse(one.at) - Date.parse(other.at) : 0));
  return (
    <Part title="Log">
      <ol className="step__log">
        {entries.map(({ key, at, word, text }) => (
          <li key={key} data-written={word === "" || undefined}>
            {at && <time dateTime={at}>{moment(at)}</time>}
            {word && <span className="step__log-status">{word}</span>}
            <span dir="auto">{text}</span>
          </li>
        ))}
      </ol>
    </Part>
  );
}

const NO_LINES: readonly LogLine[] = [];

/** Return what the block wrote, asked anew when the step comes into another state. */
function useLines({ id, node, status }: NodeRun, of: string): readonly LogLine[] {
  const { requests } = useScene();
  const [lines, setLines] = useState(NO_LINES);
  useEffect(() => {
    if (status === "QUEUED" || status === "INCOMPLETE") return;
    let isWanted = true;
    requests.log(of, node, id).then(
      (found) => {
        if (isWanted) setLines(found ?? NO_LINES);
      },
      () => undefined, // the steps are there all the same
    );
    return () => {
      isWanted = false;
    };
  }, [requests, of, node, id, status]);
  return lines;
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="step__part">
      <h4>{title}</h4>
      {children}
    </section>
  );
}
