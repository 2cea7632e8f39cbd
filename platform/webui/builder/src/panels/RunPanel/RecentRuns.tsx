import { useEffect, useState } from "react";

import { useRun, useScene } from "@/run/context";
import { isFinal } from "@/run/events";
import type { RunRequests, RunSummary } from "@/run/requests";
import { Status } from "@/run/StatusIcon";
import { counted, duration, moment } from "@/run/words";
import { urlOf } from "@/settings";

type Asked =
  | { readonly state: "loading" }
  | { readonly state: "failed" }
  | { readonly state: "here"; readonly runs: readonly RunSummary[] };

async function recentRuns(requests: RunRequests, agent: string): Promise<Asked> {
  try {
    return { state: "here", runs: await requests.recent(agent) };
  } catch {
    return { state: "failed" };
  }
}

/** The agent's newest runs, each to be opened on the canvas of the version that ran. */
export function RecentRuns() {
  const { requests, ...scene } = useScene();
  const agent = scene.agent();
  const shown = useRun((view) => view.state?.id);
  const status = useRun((view) => view.state?.run?.status);
  const [asked, setAsked] = useState<Asked>({ state: "loading" });
  const [again, setAgain] = useState(0);
  useEffect(() => {
    if (agent === null) return;
    let isWanted = true;
    void recentRuns(requests, agent).then((found) => {
      if (isWanted) setAsked(found);
    });
    return () => {
      isWanted = false;
    };
  }, [agent, requests, shown, status, again]);

  if (agent === null || (asked.state === "here" && asked.runs.length === 0))
    return (
      <p className="run-panel__empty">
        This agent has not run yet. Press Run to see the data move.
      </p>
    );
  if (asked.state === "loading") return <p className="run-panel__empty">Loading …</p>;
  if (asked.state === "failed")
    return (
      <p className="run-panel__empty" role="alert">
        The runs could not be loaded.{" "}
        <button type="button" className="link-button" onClick={() => setAgain(again + 1)}>
          Try again
        </button>
      </p>
    );
  return (
    <div className="run-list">
      <ul>
        {asked.runs.map((run) => (
          <RunRow key={run.id} run={run} agent={agent} isShown={run.id === shown} />
        ))}
      </ul>
      <a href={scene.urls.runs}>All runs</a>
    </div>
  );
}

function RunRow({
  run,
  agent,
  isShown,
}: {
  readonly run: RunSummary;
  readonly agent: string;
  readonly isShown: boolean;
}) {
  const { urls } = useScene();
  const begun = run.started_at ?? run.created_at;
  return (
    <li>
      <a
        className="run-list__row"
        href={`${urlOf(urls.edit, agent)}?execution=${run.id}`}
        aria-current={isShown ? "true" : undefined}
      >
        <Status status={run.status} />
        <span>{moment(run.created_at)}</span>
        <span className="run-list__why" dir="auto">
          {isFinal(run.status) ? run.error?.message : run.waiting_for}
        </span>
        <span className="muted">{counted(run.stats.node_exec_count, "step")}</span>
        <span className="muted">
          {run.ended_at ? duration(Date.parse(run.ended_at) - Date.parse(begun)) : ""}
        </span>
        <span className="muted">{run.of_draft ? "draft" : `version ${run.graph_version}`}</span>
      </a>
    </li>
  );
}
