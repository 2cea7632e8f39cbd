/** Commands that bring order into the graph. */
import { groupSelection } from "@/canvas/groups";
import { findNode } from "@/graph/document";
import { putIntoGroup } from "@/graph/edits";
import {
  hasNodes,
  hasSeveral,
  isFilled,
  type CommandSpec,
  type CommandSpecs,
} from "@/keyboard/commands/spec";
import { alignSelection, distributeSelection, tidyUp } from "@/layout/actions";

export const ORDER = {
  group: {
    title: "Group",
    section: "Order",
    keys: ["Mod+G"],
    icon: "group",
    edits: true,
    isPossible: hasNodes,
    run: ({ store }) => groupSelection(store),
  },
  ungroup: {
    title: "Take out of the group",
    section: "Order",
    keys: ["Mod+Shift+G"],
    edits: true,
    isPossible: ({ document, selection }) =>
      [...selection.nodes].some((id) => findNode(document, id)?.metadata.group),
    run: ({ store }) => {
      const { selection, edit } = store.getState();
      edit("Ungroup", (held) => putIntoGroup(held, selection.nodes, null));
    },
  },
  tidy: {
    title: "Tidy up",
    section: "Order",
    keys: ["Shift+T"],
    icon: "layout",
    edits: true,
    isPossible: isFilled,
    run: ({ store, flow }) => void tidyUp(store, flow),
  },
  "align-left": align("left", "Align at the left", "Alt+Shift+ArrowLeft"),
  "align-right": align("right", "Align at the right", "Alt+Shift+ArrowRight"),
  "align-top": align("top", "Align at the top", "Alt+Shift+ArrowUp"),
  "align-bottom": align("bottom", "Align at the bottom", "Alt+Shift+ArrowDown"),
  "align-middle": align("middle", "Align in a row", null),
  "align-center": align("center", "Align in a column", null),
  "distribute-across": {
    title: "Space evenly across",
    section: "Order",
    keys: [],
    edits: true,
    isPossible: hasSeveral,
    run: ({ store }) => distributeSelection(store, "x"),
  },
  "distribute-down": {
    title: "Space evenly down",
    section: "Order",
    keys: [],
    edits: true,
    isPossible: hasSeveral,
    run: ({ store }) => distributeSelection(store, "y"),
  },
} as const satisfies CommandSpecs;

function align(
  edge: Parameters<typeof alignSelection>[1],
  title: string,
  keys: string | null,
): CommandSpec {
  return {
    title,
    section: "Order",
    keys: keys ? [keys] : [],
    edits: true,
    isPossible: hasSeveral,
    run: ({ store }) => alignSelection(store, edge),
  };
}
