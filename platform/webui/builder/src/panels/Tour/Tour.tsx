import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useCanvas } from "@/canvas/useCanvas";
import { useEditorStore } from "@/editor/context";
import { closeDialog, openSide, panels } from "@/panels/state";
import { loadSample } from "@/panels/Tour/sample";
import { Button } from "@/ui/Button";

interface Step {
  /** What is pointed at: `data-tour` of an element. */
  readonly at: string;
  readonly title: string;
  readonly text: string;
}

const STEPS: readonly Step[] = [
  {
    at: "palette",
    title: "Blocks are here",
    text: "Search for what you need, and drag it onto the canvas. Enter adds it too.",
  },
  {
    at: "canvas",
    title: "Link what goes where",
    text:
      "Drag from a pin on a block’s right side to one on the left side of another. " +
      "Pins that fit light up. Let go on the empty canvas, and you are offered the blocks that fit.",
  },
  {
    at: "inspector",
    title: "Say what a block shall do",
    text: "Select a block, and its values are here. What is wrong with one is said beside it.",
  },
  {
    at: "run",
    title: "Run it",
    text:
      "Fill in the agent’s inputs, and watch the values move. Everything you do is saved by itself; " +
      "Publish makes a version of it that others and schedules run.",
  },
];
const SEEN = "builder-tour";

/** Return whether the tour was never taken, nor declined, in this browser. */
export function isFirstVisit(): boolean {
  try {
    return localStorage.getItem(SEEN) === null;
  } catch {
    return false; // storage is forbidden: asking each time would be a nuisance
  }
}

export function rememberTour(): void {
  try {
    localStorage.setItem(SEEN, "seen");
  } catch {
    // It is offered again next time.
  }
}

/** Four steps around the builder, with a sample agent where the canvas is empty. */
export function Tour() {
  const store = useEditorStore();
  const flow = useCanvas();
  const [index, setIndex] = useState(0);
  const card = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  const step = STEPS[index];

  useEffect(() => {
    rememberTour();
    panels.setState({ palette: true });
    if (store.getState().document.nodes.length === 0) loadSample(store, flow);
  }, [store, flow]);

  useEffect(() => {
    if (step?.at !== "inspector") return;
    openSide("inspector");
    const [, second] = store.getState().document.nodes;
    if (second) store.getState().select([second.id]);
  }, [step, store]);

  useLayoutEffect(() => {
    const target = document.querySelector(`[data-tour="${step?.at ?? ""}"]`);
    target?.setAttribute("data-toured", "");
    setPlace(placeBeside(target, card.current));
    card.current?.querySelector<HTMLElement>(".button--primary")?.focus();
    return () => target?.removeAttribute("data-toured");
  }, [step]);

  if (!step) return null;
  const isLast = index === STEPS.length - 1;
  return (
    <div
      ref={card}
      className="tour"
      style={place}
      role="dialog"
      aria-labelledby="tour-title"
      aria-describedby="tour-text"
      onKeyDown={(event) => {
        if (event.key === "Escape") closeDialog();
      }}
    >
      <p className="tour__count">
        Step {index + 1} of {STEPS.length}
      </p>
      <h2 id="tour-title">{step.title}</h2>
      <p id="tour-text">{step.text}</p>
      <div className="tour__actions">
        <Button kind="quiet" small onClick={closeDialog}>
          End the tour
        </Button>
        {index > 0 && (
          <Button small onClick={() => setIndex(index - 1)}>
            Back
          </Button>
        )}
        <Button kind="primary" small onClick={() => (isLast ? closeDialog() : setIndex(index + 1))}>
          {isLast ? "Begin" : "Next"}
        </Button>
      </div>
    </div>
  );
}

const GAP = 12;

/** Return where the card stands: beside what it speaks of, and inside the window. */
function placeBeside(target: Element | null, card: HTMLElement | null) {
  const width = card?.offsetWidth ?? 320;
  const height = card?.offsetHeight ?? 180;
  const box = target?.getBoundingClientRect();
  if (!box) return { left: (innerWidth - width) / 2, top: (innerHeight - height) / 2 };
  const beside = box.right + GAP + width < innerWidth ? box.right + GAP : box.left - GAP - width;
  // What fills the middle of the page has no room beside it: the card stands in its corner.
  const fills = box.width > innerWidth / 2;
  const left = fills ? box.left + GAP : beside < 0 ? box.right - width : beside;
  const top = fills ? box.top + GAP : box.height < 80 ? box.bottom + GAP : box.top + 2 * GAP;
  return {
    left: Math.max(GAP, Math.min(left, innerWidth - width - GAP)),
    top: Math.max(GAP, Math.min(top, innerHeight - height - GAP)),
  };
}
