import { memo } from "react";

import { useNodeRuns, useRun, useWaiting } from "@/run/context";
import { isFinal, type NodeRun, type NodeRuns } from "@/run/events";
import { StatusIcon } from "@/run/StatusIcon";
import { reasonOf, type Waiting } from "@/run/waiting";
import { duration, statusWord } from "@/run/words";

import "@/run/run.css";

/**
 * How a node's executions go, on the node: status, how often it ran, why it failed or waits.
 *
 * Renders nothing for a node that the run has not reached. Subscribes to its node only.
 */
export const NodeRunBadge = memo(function NodeRunBadge({ nodeId }: { readonly nodeId: string }) {
  const runs = useNodeRuns(nodeId);
  const waiting = useWaiting(nodeId);
  if (!runs && waiting.length === 0) return null;
  const status = runs?.status ?? "INCOMPLETE";
  const failure = runs && failureOf(runs);
  const reason = failure ? "" : reasonFor(runs, waiting);
  return (
    <div className="node-run" data-status={status} data-run-status={status}>
      <p className="node-run__line">
        <StatusIcon status={status} />
        <span className="node-run__word">{statusWord(status)}</span>
        {runs && <span className="node-run__count">{countText(runs)}</span>}
      </p>
      {failure && (
        <p className="node-run__error" title={failure}>
          {failure}
        </p>
      )}
      {reason && (
        <p className="node-run__reason" title={reason}>
          {reason}
        </p>
      )}
    </div>
  );
});

/** Return the status of a node's executions, for its frame; null where there are none. */
export function useNodeStatus(nodeId: string): NodeRuns["status"] | null {
  return useRun((view) => view.state?.nodes.get(nodeId)?.status ?? null);
}

/** Return why the last execution that failed did so; "" for none. */
function failureOf(runs: NodeRuns): string {
  if (!runs.counts.FAILED) return "";
  const failed = runs.executions.findLast(({ status }) => status === "FAILED");
  return failed?.error?.message ?? "It failed without saying why.";
}

function reasonFor(runs: NodeRuns | undefined, waiting: readonly Waiting[]): string {
  const [first] = waiting;
  if (first) return reasonOf(first);
  return runs?.executions.find(({ status }) => status === "WAITING")?.reason ?? "";
}

/** Return "3 runs", "3 runs, 1 failed", or of a single one how long it took. */
function countText({ executions, counts }: NodeRuns): string {
  const [only] = executions;
  if (executions.length === 1 && only) return onlyText(only);
  const parts = [`${executions.length.toLocaleString("en")} runs`];
  if (counts.RUNNING) parts.push(`${counts.RUNNING} running`);
  if (counts.FAILED) parts.push(`${counts.FAILED} failed`);
  return parts.join(", ");
}

function onlyText({ status, tries, startedAt, endedAt, isReused, isPinned }: NodeRun): string {
  if (isReused) return "taken over";
  if (isPinned) return "pinned";
  const parts = tries > 1 ? [`try ${tries}`] : [];
  if (isFinal(status) && startedAt && endedAt)
    parts.push(duration(Date.parse(endedAt) - Date.parse(startedAt)));
  return parts.join(", ");
}
