/** A run's node executions as bars over time. */

import { isFinal, type NodeRun, type NodeStatus } from "@/run/events";

/** A part of a bar: from and to in parts of the whole time, 0 to 1. */
export interface Segment {
  readonly status: NodeStatus;
  readonly from: number;
  readonly to: number;
}

export interface Span {
  /** In ms since the epoch. */
  readonly begin: number;
  readonly end: number;
}

export interface Tick {
  readonly at: number;
  readonly ms: number;
}

const SHORTEST = 1; // ms; a run that took no time is still a line
const MOST_TICKS = 4;
const LAST_TICK = 0.95; // of the whole: beyond it its words would be cut off
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 6, 12, 24].map((hours) => hours * HOUR),
];

/** Return from when to when node executions ran; to the present while any is under way. */
export function spanOf(runs: readonly NodeRun[], present: number): Span {
  let begin = Infinity;
  let end = -Infinity;
  for (const run of runs) {
    const since = beginOf(run);
    if (since === null) continue;
    begin = Math.min(begin, since);
    end = Math.max(end, since, run.endedAt ? Date.parse(run.endedAt) : since);
    if (!isFinal(run.status) && run.status !== "INCOMPLETE") end = Math.max(end, present);
  }
  if (begin > end) return { begin: present, end: present + SHORTEST };
  return { begin, end: Math.max(end, begin + SHORTEST) };
}

/** Return what the node execution did when: it was queued, ran, waited. */
export function segmentsOf(run: NodeRun, span: Span, present: number): Segment[] {
  const moments = momentsOf(run);
  const length = span.end - span.begin;
  const part = (moment: number) => Math.min(1, Math.max(0, (moment - span.begin) / length));
  return moments.flatMap(({ status, at }, index) => {
    if (isFinal(status) || status === "INCOMPLETE") return [];
    const end = moments[index + 1]?.at ?? (run.endedAt ? Date.parse(run.endedAt) : present);
    return [{ status, from: part(at), to: part(Math.max(end, at)) }];
  });
}

interface Moment {
  readonly status: NodeStatus;
  readonly at: number;
}

/** Return when the node execution came into each state; the same state twice is one stay. */
function momentsOf(run: NodeRun): Moment[] {
  const told = run.steps.flatMap(({ status, at }) => (at ? [{ status, at: Date.parse(at) }] : []));
  const moments = told.length === run.steps.length ? told : momentsInFields(run);
  return moments.filter(({ status }, index) => moments[index - 1]?.status !== status);
}

function momentsInFields({ queuedAt, startedAt, endedAt, status }: NodeRun): Moment[] {
  const all: [NodeStatus, string | null][] = [
    ["QUEUED", queuedAt],
    ["RUNNING", startedAt],
    [status, endedAt],
  ];
  return all.flatMap(([one, at]) => (at ? [{ status: one, at: Date.parse(at) }] : []));
}

function beginOf({ queuedAt, addedAt, startedAt }: NodeRun): number | null {
  const first = queuedAt ?? startedAt ?? addedAt;
  return first === null ? null : Date.parse(first);
}

/** Return for how long the node execution worked, as far as it has; null before it began. */
export function lengthOf(run: NodeRun, present: number): number | null {
  if (!run.startedAt) return null;
  const end = run.endedAt ? Date.parse(run.endedAt) : present;
  return Math.max(0, end - Date.parse(run.startedAt));
}

/** Return a few round moments to draw lines at. */
export function ticksOf({ begin, end }: Span): Tick[] {
  const length = end - begin;
  const day = 24 * HOUR;
  const step =
    STEPS.find((one) => length / one <= MOST_TICKS) ?? Math.ceil(length / MOST_TICKS / day) * day;
  const count = Math.floor((length * LAST_TICK) / step);
  return Array.from({ length: count + 1 }, (_, index) => ({
    ms: index * step,
    at: (index * step) / length,
  }));
}
