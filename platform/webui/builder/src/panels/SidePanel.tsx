import type { ReactNode } from "react";
import { openSide, panels, usePanels, type SidePanel as Name } from "@/panels/state";
import { Button } from "@/ui/Button";

const TITLES: Readonly<Record<Name, string>> = {
  inspector: "Inspector",
  problems: "Problems",
  versions: "Versions",
};

/** What stands beside the canvas: one panel at a time. */
export function SidePanel({ contents }: { readonly contents: Readonly<Record<Name, ReactNode>> }) {
  const side = usePanels((state) => state.side);
  if (!side) return null;
  return (
    <aside className="side side--end" aria-label={TITLES[side]} data-tour="inspector">
      <header className="side__head">
        <div className="side__tabs" role="tablist" aria-label="Panels">
          {(Object.keys(TITLES) as Name[]).map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={name === side}
              aria-controls="side-panel"
              tabIndex={name === side ? 0 : -1}
              onClick={() => openSide(name)}
              onKeyDown={(event) => {
                const names = Object.keys(TITLES) as Name[];
                const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
                if (step === undefined) return;
                const next = names[(names.indexOf(name) + step + names.length) % names.length];
                if (next) openSide(next);
                document.getElementById(`tab-${next ?? name}`)?.focus();
              }}
            >
              {TITLES[name]}
            </button>
          ))}
        </div>
        <Button
          kind="quiet"
          small
          icon="close"
          iconOnly
          onClick={() => panels.setState({ side: null })}
        >
          Close the panel
        </Button>
      </header>
      <div className="side__body" id="side-panel" role="tabpanel" aria-labelledby={`tab-${side}`}>
        {contents[side]}
      </div>
    </aside>
  );
}
