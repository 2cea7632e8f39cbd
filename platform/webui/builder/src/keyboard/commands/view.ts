/** Commands about what is seen of it. */
import { focusNode } from "@/canvas/showing";
import { hasNodes, isFilled, type CommandSpec, type CommandSpecs } from "@/keyboard/commands/spec";
import { neighbour, type Direction } from "@/keyboard/neighbours";
import { openDialog, panels, togglePalette, toggleRuns, toggleSide } from "@/panels/state";

const FIT = { padding: 0.15, maxZoom: 1, duration: 200 };

export const VIEW = {
  commands: {
    title: "Find a command, a block or a node",
    section: "View",
    keys: ["Mod+K"],
    icon: "command",
    run: () => openDialog("commands"),
  },
  find: {
    title: "Find a node",
    section: "View",
    keys: ["Mod+F"],
    icon: "search",
    isPossible: isFilled,
    run: () => openDialog("find"),
  },
  fit: {
    title: "Show everything",
    section: "View",
    keys: ["1", "Shift+1"],
    icon: "fit",
    run: ({ flow }) => void flow.fitView(FIT),
  },
  "fit-selection": {
    title: "Show what is selected",
    section: "View",
    keys: ["2", "Shift+2"],
    isPossible: hasNodes,
    run: ({ store, flow }) => {
      const nodes = Array.from(store.getState().selection.nodes, (id) => ({ id }));
      void flow.fitView({ ...FIT, nodes });
    },
  },
  "zoom-in": {
    title: "Zoom in",
    section: "View",
    keys: ["+", "="],
    icon: "zoom_in",
    run: ({ flow }) => void flow.zoomIn({ duration: 120 }),
  },
  "zoom-out": {
    title: "Zoom out",
    section: "View",
    keys: ["-"],
    icon: "zoom_out",
    run: ({ flow }) => void flow.zoomOut({ duration: 120 }),
  },
  "next-right": go("right", "Go to the next node", "Alt+ArrowRight"),
  "next-left": go("left", "Go to the node before", "Alt+ArrowLeft"),
  "next-up": go("up", "Go to the node above", "Alt+ArrowUp"),
  "next-down": go("down", "Go to the node below", "Alt+ArrowDown"),
  palette: {
    title: "Show or hide the blocks",
    section: "View",
    keys: ["B"],
    icon: "panel",
    run: togglePalette,
  },
  inspector: {
    title: "Show or hide the inspector",
    section: "View",
    keys: ["I"],
    run: () => toggleSide("inspector"),
  },
  problems: {
    title: "Show the problems",
    section: "View",
    keys: ["P"],
    icon: "problems",
    run: () => toggleSide("problems"),
  },
  runs: {
    title: "Show or hide the run",
    section: "View",
    keys: ["R"],
    run: toggleRuns,
  },
  minimap: {
    title: "Show or hide the map",
    section: "View",
    keys: ["M"],
    icon: "map",
    run: () => panels.setState(({ minimap }) => ({ minimap: !minimap })),
  },
} as const satisfies CommandSpecs;

/** Going from node to node follows links to the left and right, and places up and down. */
function go(direction: Direction, title: string, keys: string): CommandSpec {
  return {
    title,
    section: "View",
    keys: [keys],
    isPossible: isFilled,
    run: ({ store, flow }) => {
      const { document, selection, select } = store.getState();
      const [from] = selection.nodes;
      const found = neighbour(document, from, direction);
      if (!found) return;
      select([found.id]);
      focusNode(flow, found.id);
    },
  };
}
