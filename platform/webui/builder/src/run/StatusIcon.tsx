import type { NodeStatus, RunStatus } from "@/run/events";
import { statusWord } from "@/run/words";

import "@/run/run.css";

/** One shape for each status: no status is told by its colour alone. */
const SHAPES: Readonly<Record<NodeStatus, string>> = {
  INCOMPLETE:
    "M8 2.5a5.5 5.5 0 0 1 3.9 1.6M13.5 8a5.5 5.5 0 0 1-1.6 3.9M8 13.5a5.5 5.5 0 0 1-3.9-1.6M2.5 8a5.5 5.5 0 0 1 1.6-3.9",
  QUEUED: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3l2 1.5",
  RUNNING: "M8 2.5A5.5 5.5 0 1 1 2.5 8",
  WAITING: "M5.5 3.5v9M10.5 3.5v9",
  COMPLETED: "M3 8.5 6.5 12 13 4.5",
  FAILED: "M8 2.5 14 13H2ZM8 6.5v3M8 11.2v.3",
  TERMINATED: "M3.5 3.5h9v9h-9z",
};

/** The sign of a status; the word stands beside it. */
export function StatusIcon({ status }: { readonly status: NodeStatus | RunStatus }) {
  return (
    <svg
      className="status-icon"
      data-status={status}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
    >
      <path d={SHAPES[status]} />
    </svg>
  );
}

/** A status as a sign and a word. */
export function Status({ status }: { readonly status: NodeStatus | RunStatus }) {
  return (
    <span className="run-status" data-status={status}>
      <StatusIcon status={status} />
      {statusWord(status)}
    </span>
  );
}
