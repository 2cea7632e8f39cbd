import { EdgeLabelRenderer } from "@xyflow/react";
import { memo, useEffect, useState } from "react";

import { useDetail } from "@/canvas/detail";
import type { LinkEnds } from "@/graph/document";
import { useFlow, useRun } from "@/run/context";
import { oneLine } from "@/run/values/text";

import "@/run/run.css";

export interface LinkValuesProps {
  readonly link: Pick<LinkEnds, "source_id" | "source_name">;
  /** The link's line, as SVG draws it. */
  readonly path: string;
  /** The middle of the line. */
  readonly x: number;
  readonly y: number;
  /** How far it is from one node to the other: the value does not lie on them. */
  readonly room: number;
}

const TRAVEL = 700; // ms
const LONGEST = 28;
const WIDEST = 160;
const NARROWEST = 56;
const BESIDE = 20; // left free for the pins at both ends

/**
 * What went through a link: how many values, the last one, and a dot for each that comes.
 *
 * Renders nothing until a value came. Subscribes to its source's pin only.
 */
export const LinkValues = memo(function LinkValues({ link, path, x, y, room }: LinkValuesProps) {
  const flow = useFlow(link);
  const near = useDetail() === "values";
  const isLive = useRun((view) => view.isLive);
  const travelling = useTravel(flow?.count ?? 0, isLive);
  if (!flow) return null;
  return (
    <>
      {travelling > 0 && (
        <circle
          key={travelling}
          className="link-dot"
          r="5"
          style={{ offsetPath: `path("${path}")`, animationDuration: `${TRAVEL}ms` }}
        />
      )}
      {near && (
        <EdgeLabelRenderer>
          <div
            className="link-values nodrag nopan"
            style={{
              transform: `translate(-50%, -50%) translate(${x}px, ${y}px)`,
              maxWidth: room > 0 ? Math.min(Math.max(room - BESIDE, NARROWEST), WIDEST) : WIDEST,
            }}
            title={oneLine(flow.last, 400)}
          >
            {flow.count > 1 && (
              <span className="link-values__count">{flow.count.toLocaleString("en")}×</span>
            )}
            <span className="link-values__last">{oneLine(flow.last, LONGEST) || "empty text"}</span>
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

/**
 * Return the number of the journey under way, 0 for none. One begins when the count grows.
 *
 * Values that come while a dot is on its way share the next one: a stream of them is a row of
 * dots, not one that starts again with every frame.
 */
function useTravel(count: number, isLive: boolean): number {
  const [shown, setShown] = useState({ count, journey: 0, isOn: false });
  const isOld = count > shown.count && !isLive; // nothing moves in a run of yesterday
  if (count < shown.count || isOld) setShown({ ...shown, count, isOn: false });
  else if (!shown.isOn && count > shown.count)
    setShown({ count, journey: shown.journey + 1, isOn: true });
  useEffect(() => {
    if (!shown.isOn) return;
    const timer = setTimeout(() => setShown((now) => ({ ...now, isOn: false })), TRAVEL);
    return () => clearTimeout(timer);
  }, [shown.isOn, shown.journey]);
  return shown.isOn ? shown.journey : 0;
}
