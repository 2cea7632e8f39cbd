import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import { lengthOf, segmentsOf, spanOf, ticksOf, type Span } from "@/panels/RunPanel/timeline";
import type { NodeRun } from "@/run/events";
import { StatusIcon } from "@/run/StatusIcon";
import { duration, statusWord } from "@/run/words";

const ROW = 30; // px, as in the style sheet
const BEYOND = 8; // rows drawn above and below what can be seen

export interface WaterfallProps {
  readonly runs: readonly NodeRun[];
  /** Also what is not listed: bars of a filtered list keep their places. */
  readonly all: readonly NodeRun[];
  readonly now: number;
  /** All rows are of one node: they are told apart by their numbers. */
  readonly isNumbered: boolean;
  readonly chosen: string | null;
  readonly onChoose: (run: NodeRun) => void;
}

/** Rows with bars over time. However many there are, only those in sight are drawn. */
export function Waterfall({ runs, all, now, isNumbered, chosen, onChoose }: WaterfallProps) {
  const box = useRef<HTMLDivElement>(null);
  const window = useWindow(box, runs.length);
  const span = spanOf(all, now);
  const at = runs.findIndex(({ id }) => id === chosen);

  function move(event: KeyboardEvent): void {
    const steps: Partial<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: runs.length - 1,
    };
    const next = runs[steps[event.key] ?? -1];
    if (!next) return;
    event.preventDefault();
    onChoose(next);
    const place = runs.indexOf(next) * ROW;
    const seen = box.current;
    if (seen && (place < seen.scrollTop || place > seen.scrollTop + seen.clientHeight - 2 * ROW))
      seen.scrollTop = Math.max(0, place - 2 * ROW);
  }

  return (
    <div className="waterfall">
      <Ticks span={span} />
      <div
        className="waterfall__rows"
        ref={box}
        role="listbox"
        aria-label="Steps of the run"
        tabIndex={0}
        aria-activedescendant={at < 0 ? undefined : `step-${chosen ?? ""}`}
        onKeyDown={move}
      >
        <div style={{ height: runs.length * ROW, position: "relative" }}>
          {runs.slice(window.from, window.to).map((run, index) => (
            <Row
              key={run.id}
              run={run}
              number={isNumbered ? window.from + index + 1 : null}
              span={span}
              now={now}
              top={(window.from + index) * ROW}
              isChosen={run.id === chosen}
              onChoose={onChoose}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function Row({
  run,
  number,
  span,
  now,
  top,
  isChosen,
  onChoose,
}: {
  readonly run: NodeRun;
  readonly number: number | null;
  readonly span: Span;
  readonly now: number;
  readonly top: number;
  readonly isChosen: boolean;
  readonly onChoose: (run: NodeRun) => void;
}) {
  const length = lengthOf(run, now);
  return (
    <div
      id={`step-${run.id}`}
      className="waterfall__row"
      role="option"
      aria-selected={isChosen}
      style={{ top }}
      data-node-exec={run.id}
      onClick={() => onChoose(run)}
    >
      <span className="waterfall__name" title={run.title} dir="auto">
        <StatusIcon status={run.status} />
        <span className="waterfall__title">{run.title}</span>
        {number !== null && <span className="waterfall__number">#{number}</span>}
        <span className="visually-hidden">, {statusWord(run.status)}</span>
      </span>
      <span className="waterfall__bars" aria-hidden="true">
        {segmentsOf(run, span, now).map(({ status, from, to }, index) => (
          <span
            key={index}
            className="waterfall__bar"
            data-status={status === "RUNNING" && run.status === "FAILED" ? "FAILED" : status}
            title={statusWord(status)}
            style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
          />
        ))}
      </span>
      <span className="waterfall__length">{lengthText(run, length)}</span>
    </div>
  );
}

function lengthText({ isReused, isPinned }: NodeRun, length: number | null): string {
  if (isReused) return "taken over";
  if (isPinned) return "pinned";
  return length === null ? "" : duration(length);
}

function Ticks({ span }: { readonly span: Span }) {
  return (
    <div className="waterfall__ticks" aria-hidden="true">
      {ticksOf(span).map(({ at, ms }) => (
        <span key={ms} className="waterfall__tick" style={{ left: `${at * 100}%` }}>
          {ms === 0 ? "0" : duration(ms)}
        </span>
      ))}
    </div>
  );
}

/** Return which rows are in sight. */
function useWindow(
  box: React.RefObject<HTMLDivElement | null>,
  count: number,
): { readonly from: number; readonly to: number } {
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setSeen({ top: element.scrollTop, height: element.clientHeight });
    const resized = new ResizeObserver(look);
    resized.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [box]);
  const from = Math.max(0, Math.floor(seen.top / ROW) - BEYOND);
  return { from, to: Math.min(count, Math.ceil((seen.top + seen.height) / ROW) + BEYOND) };
}
