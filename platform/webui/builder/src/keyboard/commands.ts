/**
 * Everything that can be done in the builder: once, for keys, menus, buttons, the palette of
 * commands and the help sheet.
 */
import type { Flow } from "@/canvas/inserting";
import { insertNote, placeBeside } from "@/canvas/inserting";
import { showNode } from "@/canvas/showing";
import { groupSelection } from "@/canvas/groups";
import { alignSelection, distributeSelection, tidyUp } from "@/layout/actions";
import type { Editor, EditorStore } from "@/editor/store";
import { findNode, isDisabled } from "@/graph/document";
import { duplicate, putIntoGroup, remove, setDisabled, setMetadata } from "@/graph/edits";
import { newIdsFor } from "@/graph/ids";
import { neighbour, type Direction } from "@/keyboard/neighbours";
import { copySelection, cutSelection, pasteText } from "@/panels/clipboard";
import { chooseFile, exportFile } from "@/panels/files";
import {
  openDialog,
  openQuickAdd,
  panels,
  togglePalette,
  toggleRuns,
  toggleSide,
} from "@/panels/state";
import { announce } from "@/ui/messages";
import type { IconName } from "@/ui/icons";

export interface CommandContext {
  readonly store: EditorStore;
  readonly flow: Flow;
}

export type Section = "Blocks" | "Editing" | "Order" | "View" | "Agent" | "Help";

export interface CommandSpec {
  readonly title: string;
  readonly section: Section;
  readonly keys: readonly string[];
  readonly icon?: IconName;
  /** Whether it changes the document, and so is no use where that is only looked at. */
  readonly edits?: boolean;
  readonly isPossible?: (editor: Editor) => boolean;
  readonly run: (context: CommandContext) => void;
}

const hasNodes = ({ selection }: Editor) => selection.nodes.size > 0;
const hasSeveral = ({ selection }: Editor) => selection.nodes.size > 1;
const hasOne = ({ selection }: Editor) => selection.nodes.size === 1;
const hasAny = ({ selection }: Editor) => selection.nodes.size + selection.links.size > 0;
const isFilled = ({ document }: Editor) => document.nodes.length > 0;

const FIT = { padding: 0.15, maxZoom: 1, duration: 200 };

export const COMMANDS = {
  add: {
    title: "Add a block",
    section: "Blocks",
    keys: ["A"],
    icon: "add",
    edits: true,
    run: ({ store, flow }) => {
      const position = placeBeside(store, flow);
      const at = { x: innerWidth / 2 - 180, y: innerHeight / 5 };
      openQuickAdd({ position, at });
    },
  },
  note: {
    title: "Add a note",
    section: "Blocks",
    keys: ["N"],
    icon: "note",
    edits: true,
    run: ({ store, flow }) => insertNote(store, flow),
  },
  links: {
    title: "Link, or see links",
    section: "Blocks",
    keys: ["L"],
    icon: "link",
    isPossible: hasOne,
    run: () => openDialog("links"),
  },
  rename: {
    title: "Rename the node",
    section: "Blocks",
    keys: ["F2"],
    icon: "edit",
    edits: true,
    isPossible: hasOne,
    run: () => openDialog("rename"),
  },
  disable: {
    title: "Disable or enable",
    section: "Blocks",
    keys: ["D"],
    icon: "disable",
    edits: true,
    isPossible: hasNodes,
    run: ({ store }) => {
      const { document, selection, edit } = store.getState();
      const some = [...selection.nodes].map((id) => findNode(document, id));
      const off = some.some((node) => node && !isDisabled(node));
      edit(off ? "Disable" : "Enable", (held) => setDisabled(held, selection.nodes, off));
      announce(off ? "Disabled: left out of runs." : "Enabled.");
    },
  },
  fold: {
    title: "Fold or unfold",
    section: "Blocks",
    keys: ["F"],
    icon: "panel",
    edits: true,
    isPossible: hasNodes,
    run: ({ store }) => {
      const { document, selection, edit } = store.getState();
      const ids = [...selection.nodes];
      const fold = ids.some((id) => findNode(document, id)?.metadata.folded !== true);
      edit(fold ? "Fold" : "Unfold", (held) =>
        ids.reduce((doc, id) => setMetadata(doc, id, "folded", fold ? true : undefined), held),
      );
    },
  },
  undo: {
    title: "Undo",
    section: "Editing",
    keys: ["Mod+Z"],
    icon: "undo",
    edits: true,
    isPossible: ({ history }) => history.past.length > 0,
    run: ({ store }) => {
      const step = store.getState().history.past.at(-1);
      store.getState().undo();
      if (step) announce(`Undone: ${step.label}.`);
    },
  },
  redo: {
    title: "Redo",
    section: "Editing",
    keys: ["Mod+Shift+Z", "Mod+Y"],
    icon: "redo",
    edits: true,
    isPossible: ({ history }) => history.future.length > 0,
    run: ({ store }) => {
      const step = store.getState().history.future[0];
      store.getState().redo();
      if (step) announce(`Done again: ${step.label}.`);
    },
  },
  copy: {
    title: "Copy",
    section: "Editing",
    keys: ["Mod+C"],
    icon: "copy",
    isPossible: hasNodes,
    run: ({ store }) => void copySelection(store),
  },
  cut: {
    title: "Cut",
    section: "Editing",
    keys: ["Mod+X"],
    edits: true,
    isPossible: hasNodes,
    run: ({ store }) => void cutSelection(store),
  },
  paste: {
    title: "Paste",
    section: "Editing",
    keys: ["Mod+V"],
    edits: true,
    run: ({ store, flow }) => void pasteText(store, flow),
  },
  duplicate: {
    title: "Duplicate",
    section: "Editing",
    keys: ["Mod+D"],
    edits: true,
    isPossible: hasNodes,
    run: ({ store }) => {
      const { selection, edit } = store.getState();
      const ids = newIdsFor(selection.nodes);
      edit("Duplicate", (held) => duplicate(held, ids, { x: 48, y: 48 }), {
        select: { nodes: ids.values() },
      });
      announce(`Duplicated ${ids.size} ${ids.size === 1 ? "node" : "nodes"}.`);
    },
  },
  delete: {
    title: "Delete",
    section: "Editing",
    keys: ["Delete", "Backspace"],
    icon: "delete",
    edits: true,
    isPossible: hasAny,
    run: ({ store }) => {
      const { selection, edit } = store.getState();
      const { nodes, links } = selection;
      edit(nodes.size > 0 ? "Delete nodes" : "Delete links", (held) => remove(held, nodes, links));
      announce(nodes.size > 0 ? `Deleted ${nodes.size} nodes.` : "Deleted the link.");
      document.querySelector<HTMLElement>(".canvas")?.focus();
    },
  },
  "select-all": {
    title: "Select all",
    section: "Editing",
    keys: ["Mod+A"],
    isPossible: isFilled,
    run: ({ store }) => {
      const { document, select } = store.getState();
      select(document.nodes.map((node) => node.id));
      announce(`Selected ${document.nodes.length} nodes.`);
    },
  },
  deselect: {
    title: "Select nothing",
    section: "Editing",
    keys: ["Escape"],
    isPossible: hasAny,
    run: ({ store }) => store.getState().select([]),
  },
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
  run: {
    title: "Run the agent",
    section: "Agent",
    keys: ["Mod+Enter"],
    icon: "play",
    isPossible: isFilled,
    run: () => openDialog("run"),
  },
  versions: {
    title: "Show the versions",
    section: "Agent",
    keys: ["V"],
    icon: "versions",
    run: () => toggleSide("versions"),
  },
  import: {
    title: "Import a file",
    section: "Agent",
    keys: [],
    icon: "import",
    edits: true,
    run: ({ store, flow }) => chooseFile(store, flow),
  },
  export: {
    title: "Export to a file",
    section: "Agent",
    keys: ["Mod+S"],
    icon: "export",
    isPossible: isFilled,
    run: ({ store }) => exportFile(store),
  },
  help: {
    title: "Show all keys",
    section: "Help",
    keys: ["Shift+?"],
    icon: "help",
    run: () => openDialog("help"),
  },
  tour: {
    title: "Take the tour",
    section: "Help",
    keys: [],
    run: () => openDialog("tour"),
  },
} as const satisfies Readonly<Record<string, CommandSpec>>;

export type CommandId = keyof typeof COMMANDS;

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

/** Bring a node into view and give it the focus. */
export function focusNode(flow: Flow, id: string): void {
  void showNode(flow, id).then(() => {
    document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus();
  });
}
