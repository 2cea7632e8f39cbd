// Statuses and durations as people say them; the server says them in the same way.

const WORDS = {
  QUEUED: "Queued",
  RUNNING: "Running",
  WAITING: "Waiting",
  INCOMPLETE: "Lacks inputs",
  COMPLETED: "Completed",
  FAILED: "Failed",
  TERMINATED: "Stopped",
};

export const FINAL = new Set(["COMPLETED", "FAILED", "TERMINATED"]);

/** Show a status in a badge. */
export function showStatus(badge, status) {
  badge.dataset.status = status;
  badge.textContent = WORDS[status] ?? status;
}

/** Return a length of time in its two greatest units: "1.2 s", "3 min 5 s", "2 h 10 min". */
export function duration(ms) {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
