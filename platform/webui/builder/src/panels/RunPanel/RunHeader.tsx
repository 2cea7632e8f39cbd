import { useEditor } from "@/editor/context";
import { canRunAlone, onlySelected } from "@/editor/selected";
import { titleOf } from "@/graph/catalogue";
import { findNode } from "@/graph/document";
import { openDialog, toggleRuns } from "@/panels/state";
import { useCommands, useRun, useRunStore, useScene, useTold } from "@/run/context";
import { isFinal, type RunData, type RunState } from "@/run/events";
import type { Connection } from "@/run/socket";
import { Status } from "@/run/StatusIcon";
import { useNow } from "@/run/useNow";
import { counted, duration } from "@/run/words";
import { urlOf } from "@/settings";
import { Button } from "@/ui/Button";

/** How the run goes as a whole, and what one can do about it. */
export function RunHeader({
  isTall,
  onTall,
}: {
  readonly isTall: boolean;
  readonly onTall: (isTall: boolean) => void;
}) {
  const run = useRun((view) => view.state?.run ?? null);
  const isShown = useRun((view) => view.state !== null);
  return (
    <header className="run-panel__head">
      <div className="run-panel__line">
        {run ? <Summary run={run} /> : <p className="muted">{isShown ? "Starting …" : "No run"}</p>}
        <div className="run-panel__actions">
          <RunAloneButton />
          <Actions run={run} />
          <Button
            kind="quiet"
            icon="chevron"
            iconOnly
            small
            className={isTall ? "" : "run-panel__up"}
            onClick={() => onTall(!isTall)}
          >
            {isTall ? "Make the panel lower" : "Make the panel higher"}
          </Button>
          <Button kind="quiet" icon="close" iconOnly small onClick={toggleRuns}>
            Close the panel
          </Button>
        </div>
      </div>
      <ConnectionNotice />
      <CommandProblem />
    </header>
  );
}

function Summary({ run }: { readonly run: RunData }) {
  const now = useNow(!isFinal(run.status));
  const begun = run.started_at ?? run.created_at;
  const end = run.ended_at ? Date.parse(run.ended_at) : now;
  // The run's own figures come with its events only; steps are told one by one.
  const { node_exec_count = 0, node_error_count = 0 } = run.stats ?? {};
  const heard = useRun((view) => view.state?.order.length ?? 0);
  const failed = useRun(({ state }) => Math.max(node_error_count, state ? failedIn(state) : 0));
  return (
    <div className="run-panel__summary" data-run-status={run.status}>
      <span role="status">
        <Status status={run.status} />
      </span>
      {begun && <span className="run-panel__figure">{duration(end - Date.parse(begun))}</span>}
      <span className="run-panel__figure">{counted(Math.max(node_exec_count, heard), "step")}</span>
      {failed > 0 && (
        <span className="run-panel__figure run-panel__figure--bad">{failed} failed</span>
      )}
      <VersionChip run={run} />
    </div>
  );
}

function failedIn(state: RunState): number {
  let failed = 0;
  for (const { counts } of state.nodes.values()) failed += counts.FAILED ?? 0;
  return failed;
}

function VersionChip({ run }: { readonly run: RunData }) {
  const scene = useScene();
  const agent = scene.agent();
  if (scene.version === null) return null;
  return (
    <>
      <span className="chip">
        {run.of_draft ? "the draft as it ran" : `version ${run.graph_version}`}
      </span>
      {agent && <a href={urlOf(scene.urls.edit, agent)}>Back to editing</a>}
    </>
  );
}

function Actions({ run }: { readonly run: RunData | null }) {
  const commands = useCommands();
  const { urls } = useScene();
  const busy = useTold((told) => told.busy);
  const shown = useRun((view) => view.state?.id ?? null);
  if (shown === null) return null;
  const over = run !== null && isFinal(run.status);
  return (
    <>
      {over && <RunFromButton run={run} />}
      {over && run.status !== "COMPLETED" && (
        <button
          type="button"
          className="button button--small"
          title="Goes on as the same run: what completed is not run again"
          disabled={busy !== null}
          onClick={() => void commands.retry()}
        >
          {busy === "retrying" ? "Retrying …" : "Retry"}
        </button>
      )}
      <a className="button button--small button--quiet" href={urlOf(urls.run, shown)}>
        Run's page
      </a>
    </>
  );
}

/** The selected node, with given inputs. */
function RunAloneButton() {
  const { version } = useScene();
  const busy = useTold((told) => told.busy);
  const canRun = useEditor(canRunAlone);
  if (version !== null || !canRun) return null;
  return (
    <button
      type="button"
      className="button button--small"
      disabled={busy !== null}
      onClick={() => openDialog("run-node")}
    >
      Run it alone…
    </button>
  );
}

/** A new run from the selected node on, which takes over what was recorded before it. */
function RunFromButton({ run }: { readonly run: RunData }) {
  const commands = useCommands();
  const busy = useTold((told) => told.busy);
  const selected = useEditor(onlySelected);
  const title = useEditor(({ document, catalogue }) => {
    const node = selected === null ? undefined : findNode(document, selected);
    return node ? titleOf(node, catalogue) : "";
  });
  const hasRun =
    useRunStore()
      .getState()
      .state?.nodes.has(selected ?? "") ?? false;
  if (selected === null || !hasRun) return null;
  return (
    <button
      type="button"
      className="button button--small"
      title={`A new run that takes over the results of this ${run.status.toLowerCase()} one before ${title}`}
      disabled={busy !== null}
      onClick={() => void commands.runFrom(selected)}
    >
      Run from {title}
    </button>
  );
}

function ConnectionNotice() {
  const store = useRunStore();
  const connection = useRun((view) => view.connection);
  const now = useNow(connection.state === "lost");
  const isShown = useRun((view) => view.state !== null);
  if (!isShown) return null;
  const sentence = sentenceOf(connection, now);
  if (!sentence) return null;
  return (
    <p className="run-panel__notice" role="status" data-connection={connection.state}>
      {sentence}{" "}
      <button type="button" className="link-button" onClick={() => store.getState().reconnect()}>
        Try now
      </button>
    </p>
  );
}

function sentenceOf(connection: Connection, now: number): string {
  switch (connection.state) {
    case "lost": {
      const seconds = Math.max(1, Math.ceil((connection.retryAt - now) / 1000));
      return `The live connection is lost. Trying again in ${seconds} s. The run itself goes on.`;
    }
    case "signed out":
      return "You are signed out. Sign in again in another tab, then go on here.";
    case "refused":
      return "This run cannot be followed: it is gone, or not yours.";
    default:
      return "";
  }
}

function CommandProblem() {
  const commands = useCommands();
  const problem = useTold((told) => told.problem);
  if (!problem) return null;
  return (
    <div className="run-panel__problem" role="alert">
      <p>{problem.message}</p>
      {problem.details.length > 0 && (
        <ul>
          {problem.details.slice(0, 10).map((detail) => (
            <li key={detail}>{detail}</li>
          ))}
        </ul>
      )}
      <button type="button" className="link-button" onClick={() => commands.dismiss()}>
        Close
      </button>
    </div>
  );
}
