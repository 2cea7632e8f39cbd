/** Which panels and dialogs are open. Anybody may open one: `openSide("problems")`. */
import { createStore } from "zustand/vanilla";
import { useStore } from "zustand";
import type { Point } from "@/graph/document";

export type SidePanel = "inspector" | "problems" | "versions";
export type DialogName =
  "commands" | "find" | "help" | "run" | "run-node" | "links" | "rename" | "make-agent" | "tour";
export type RunTab = "overview" | "steps" | "runs";

/** A palette at a place of the canvas: for a block that continues a link, or stands alone. */
export interface QuickAdd {
  /** Where the block goes, on the canvas. */
  readonly position: Point;
  /** Where the palette goes, on the screen. */
  readonly at: Point;
  /** The pin whose link the block shall take. */
  readonly from?: {
    readonly node: string;
    readonly pin: string;
    readonly side: "source" | "target";
  };
}

export interface Panels {
  readonly palette: boolean;
  readonly side: SidePanel | null;
  /** What is below the canvas: the executions of what runs. */
  readonly runs: boolean;
  readonly runTab: RunTab;
  readonly minimap: boolean;
  readonly dialog: DialogName | null;
  readonly quickAdd: QuickAdd | null;
}

/** Below this width there is no room to edit a graph, only to look at one. */
export const NARROW = "(max-width: 47.99rem)";
const isNarrow = typeof matchMedia !== "undefined" && matchMedia(NARROW).matches;

export const panels = createStore<Panels>()(() => ({
  palette: !isNarrow,
  side: isNarrow ? null : "inspector",
  runs: false,
  runTab: "runs",
  minimap: !isNarrow,
  dialog: null,
  quickAdd: null,
}));

export function usePanels<T>(selector: (state: Panels) => T): T {
  return useStore(panels, selector);
}

export function openSide(side: SidePanel): void {
  panels.setState({ side });
}

/** Open the panel, or close the side where it is open already. */
export function toggleSide(side: SidePanel): void {
  panels.setState((state) => ({ side: state.side === side ? null : side }));
}

export function togglePalette(): void {
  panels.setState((state) => ({ palette: !state.palette }));
}

/** Open what is below the canvas, at one of its tabs. */
export function openRuns(runTab: RunTab): void {
  panels.setState({ runs: true, runTab });
}

export function showRunTab(runTab: RunTab): void {
  panels.setState({ runTab });
}

export function toggleRuns(): void {
  panels.setState((state) => ({ runs: !state.runs }));
}

export function openDialog(dialog: DialogName): void {
  panels.setState({ dialog, quickAdd: null });
}

export function closeDialog(): void {
  panels.setState({ dialog: null });
}

export function openQuickAdd(quickAdd: QuickAdd): void {
  panels.setState({ quickAdd });
}

export function closeQuickAdd(): void {
  panels.setState({ quickAdd: null });
}
