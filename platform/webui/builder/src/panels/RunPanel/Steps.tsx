import { useMemo, useState } from "react";

import { useEditor } from "@/editor/context";
import { onlySelected } from "@/editor/selected";
import { NodeRunDetail } from "@/panels/RunPanel/NodeRunDetail";
import { Waterfall } from "@/panels/RunPanel/Waterfall";
import { useRun, useRunStore } from "@/run/context";
import { inOrder, isFinal, type NodeRun } from "@/run/events";
import { findNodeRun } from "@/run/store";
import { useNow } from "@/run/useNow";

/** Each node execution as a bar over time; beside it what the chosen one took and gave. */
export function Steps() {
  const store = useRunStore();
  const state = useRun((view) => view.state);
  const chosen = useRun((view) => view.chosen);
  const selected = useEditor(onlySelected);
  const [wide, setWide] = useState<string | null>(null); // the node whose filter was taken off
  const runs = useMemo(() => (state ? inOrder(state) : []), [state]);
  const isOver = !state?.run || isFinal(state.run.status);
  const now = useNow(!isOver);
  if (runs.length === 0)
    return (
      <p className="run-panel__empty">
        {state ? "No node has started yet." : "Press Run, and see here each step."}
      </p>
    );

  const ofNode = selected === null ? undefined : state?.nodes.get(selected)?.executions;
  const isFiltered = ofNode !== undefined && wide !== selected;
  const listed = isFiltered ? ofNode : runs;
  const detail = detailOf(listed, chosen, state && chosen ? findNodeRun(state, chosen) : undefined);
  return (
    <div className="run-steps">
      <div className="run-steps__list">
        {ofNode && (
          <div className="run-steps__filter" role="group" aria-label="Which steps">
            <button
              type="button"
              className="value-view__tool"
              aria-pressed={!isFiltered}
              onClick={() => setWide(selected)}
            >
              All {runs.length.toLocaleString("en")}
            </button>
            <button
              type="button"
              className="value-view__tool"
              aria-pressed={isFiltered}
              onClick={() => setWide(null)}
            >
              {ofNode[0]?.title} {ofNode.length > 1 && ofNode.length.toLocaleString("en")}
            </button>
          </div>
        )}
        <Waterfall
          runs={listed}
          all={runs}
          now={now}
          isNumbered={isFiltered && listed.length > 1}
          chosen={detail?.id ?? null}
          onChoose={(run) => store.getState().choose(run.id)}
        />
      </div>
      {detail && state && <NodeRunDetail key={detail.id} run={detail} of={state.id} now={now} />}
    </div>
  );
}

/** Return the step to show: the chosen one or, without one here, one that failed, or the last. */
function detailOf(
  listed: readonly NodeRun[],
  chosen: string | null,
  found: NodeRun | undefined,
): NodeRun | undefined {
  if (found && listed.some(({ id }) => id === chosen)) return found;
  return listed.findLast(({ status }) => status === "FAILED") ?? listed.at(-1);
}
