import { useId, useState } from "react";

import { useEditor } from "@/editor/context";
import type { Editor } from "@/editor/store";
import { Overview } from "@/panels/RunPanel/Overview";
import { RecentRuns } from "@/panels/RunPanel/RecentRuns";
import { RunHeader } from "@/panels/RunPanel/RunHeader";
import { Steps } from "@/panels/RunPanel/Steps";
import { useRun, useRunStore } from "@/run/context";

import "@/panels/RunPanel/run-panel.css";

type Tab = "overview" | "steps" | "runs";

const TABS: readonly (readonly [Tab, string])[] = [
  ["overview", "Outputs"],
  ["steps", "Steps"],
  ["runs", "Runs"],
];

/** Return the only node that is selected; null for none or several. */
export function onlySelected({ selection }: Editor): string | null {
  if (selection.nodes.size !== 1) return null;
  const [node] = selection.nodes;
  return node ?? null;
}

/** What runs and ran: outputs, each step with what it took and gave, recent runs. */
export function RunPanel() {
  const store = useRunStore();
  const shown = useRun((view) => view.state?.id ?? null);
  const selected = useEditor(onlySelected);
  const [tab, setTab] = useState<Tab>(shown ? "overview" : "runs");
  const [seen, setSeen] = useState({ shown, selected });
  if (seen.shown !== shown || seen.selected !== selected) {
    setSeen({ shown, selected });
    if (seen.shown !== shown) setTab(shown ? "overview" : "runs");
    else if (selected && store.getState().state?.nodes.has(selected)) setTab("steps");
  }
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
            onClick={() => setTab(name)}
            onKeyDown={(event) => {
              const next = neighbour(tab, event.key);
              if (!next) return;
              setTab(next);
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
        {tab === "overview" && <Overview onSteps={() => setTab("steps")} />}
        {tab === "steps" && <Steps />}
        {tab === "runs" && <RecentRuns />}
      </div>
    </section>
  );
}

function neighbour(tab: Tab, key: string): Tab | null {
  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return null;
  const place = TABS.findIndex(([name]) => name === tab);
  return TABS[(place + step + TABS.length) % TABS.length]?.[0] ?? null;
}
