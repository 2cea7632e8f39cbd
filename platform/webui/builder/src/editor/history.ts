/**
 * Undo and redo as a list of steps between snapshots.
 *
 * Documents are immutable and share what did not change, so a snapshot costs little, and undoing
 * gives back the very document that was there: byte-identical by construction.
 */

/** One thing that was done: what there was before it and after it. */
export interface Step<T> {
  readonly label: string;
  readonly before: T;
  readonly after: T;
  /** Steps of one gesture have the same key, and are one step. */
  readonly merge?: string;
}

export interface History<T> {
  readonly past: readonly Step<T>[];
  readonly future: readonly Step<T>[];
  /** Whether the last step may still grow: its gesture is not over. */
  readonly open: boolean;
}

export const MOST_STEPS = 500;

export function emptyHistory<T>(): History<T> {
  return { past: [], future: [], open: false };
}

/** Return the history with one more step; a step of the gesture that is under way joins it. */
export function record<T>(history: History<T>, step: Step<T>): History<T> {
  const last = history.past.at(-1);
  const joins = history.open && step.merge !== undefined && last?.merge === step.merge;
  const past = joins
    ? [...history.past.slice(0, -1), { ...last, after: step.after }]
    : [...history.past.slice(-(MOST_STEPS - 1)), step];
  return { past, future: [], open: step.merge !== undefined };
}

/** Return the history with the gesture over: what comes next is a step of its own. */
export function settled<T>(history: History<T>): History<T> {
  return history.open ? { ...history, open: false } : history;
}

/** Return the history one step back, and that step; null where there is none. */
export function back<T>(history: History<T>): { history: History<T>; step: Step<T> } | null {
  const step = history.past.at(-1);
  if (!step) return null;
  const past = history.past.slice(0, -1);
  return { history: { past, future: [step, ...history.future], open: false }, step };
}

/** Return the history one step forward again, and that step; null where there is none. */
export function forth<T>(history: History<T>): { history: History<T>; step: Step<T> } | null {
  const [step, ...future] = history.future;
  if (!step) return null;
  return { history: { past: [...history.past, step], future, open: false }, step };
}
