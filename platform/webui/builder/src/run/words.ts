/** Statuses and lengths of time as people say them; the pages of runs say them in the same way. */

import type { NodeStatus, RunStatus } from "@/run/events";

const WORDS: Record<NodeStatus, string> = {
  INCOMPLETE: "Lacks inputs",
  QUEUED: "Queued",
  RUNNING: "Running",
  WAITING: "Waiting",
  COMPLETED: "Completed",
  FAILED: "Failed",
  TERMINATED: "Stopped",
};

export function statusWord(status: NodeStatus | RunStatus): string {
  return WORDS[status];
}

/** Return a length of time in its two greatest units: "1.2 s", "3 min 5 s", "2 h 10 min". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Return "1 run", "3 runs". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** Return a moment as a clock shows it, with its day where that is another one. */
export function moment(iso: string, present = new Date()): string {
  const then = new Date(iso);
  const time = then.toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  if (then.toDateString() === present.toDateString()) return time;
  const day = then.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
  return `${day}, ${time}`;
}
