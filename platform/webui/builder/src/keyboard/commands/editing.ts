/** Commands that every editor has. */
import { duplicate, remove } from "@/graph/edits";
import { newIdsFor } from "@/graph/ids";
import { hasNodes, hasAny, isFilled, type CommandSpecs } from "@/keyboard/commands/spec";
import { copySelection, cutSelection, pasteText } from "@/panels/clipboard";
import { announce } from "@/ui/messages";

export const EDITING = {
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
} as const satisfies CommandSpecs;
