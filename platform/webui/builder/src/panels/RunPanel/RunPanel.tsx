import { useEffect, useId, useRef, useState } from "react";

import { useEditor } from "@/editor/context";
import { onlySelected } from "@/editor/selected";
import { Overview } from "@/panels/RunPanel/Overview";
import { RecentRuns } from "@/panels/RunPanel/RecentRuns";
import { RunHeader } from "@/panels/RunPanel/RunHeader";
import { Steps } from "@/panels/RunPanel/Steps";
import { showRunTab, usePanels, type RunTab } from "@/panels/state";
import { useRun, useRunStore } from "@/run/context";

import "@/panels/RunPanel/run-panel.css";

const TABS: readonly (readonly [RunTab, string])[] = [
  ["overview", "Outputs"],
  ["steps", "Steps"],
  ["runs", "Runs"],
];

/** What runs and ran: outputs, each step with what it took and gave, recent runs. */
export function RunPanel() {
  const tab = usePanels((panels) => panels.runTab);
  useTabOfNews();
  const [isTall, setTall] = useState(false);
  const id = useId();

  return (
    <section className="run-panel" aria-label="Runs" data-tall={isTall || undefined}>
      <RunHeader isTall={isTall} onTall={setTall} />
      <div className="run-panel__tabs" role="tablist" aria-label="What to see of the run">
        {TABS.map(([name, word]) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={tab === name}
            aria-controls={`${id}-panel`}
            tabIndex={tab === name ? 0 : -1}
            className="run-panel__tab"
            onClick={() => showRunTab(name)}
            onKeyDown={(event) => {
              const next = neighbour(tab, event.key);
              if (!next) return;
              showRunTab(next);
              document.getElementById(`${id}-${next}`)?.focus();
            }}
          >
            {word}
          </button>
        ))}
      </div>
      <div
        className="run-panel__body"
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${tab}`}
      >
        {tab === "overview" && <Overview onSteps={() => showRunTab("steps")} />}
        {tab === "steps" && <Steps />}
        {tab === "runs" && <RecentRuns />}
      </div>
    </section>
  );
}

/** Turn to what is new: another run's outputs, or the steps of the node that was selected. */
function useTabOfNews(): void {
  const store = useRunStore();
  const shown = useRun((view) => view.state?.id ?? null);
  const selected = useEditor(onlySelected);
  const seen = useRef({ shown, selected });
  useEffect(() => {
    const before = seen.current;
    seen.current = { shown, selected };
    if (before.shown !== shown) showRunTab(shown ? "overview" : "runs");
    else if (before.selected !== selected && store.getState().state?.nodes.has(selected ?? ""))
      showRunTab("steps");
  }, [store, shown, selected]);
}

function neighbour(tab: RunTab, key: string): RunTab | null {
  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return null;
  const place = TABS.findIndex(([name]) => name === tab);
  return TABS[(place + step + TABS.length) % TABS.length]?.[0] ?? null;
}
