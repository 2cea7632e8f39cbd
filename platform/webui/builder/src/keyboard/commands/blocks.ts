/** Commands about blocks: adding, linking, naming and setting them aside. */
import { insertNote, placeBeside } from "@/canvas/inserting";
import { findNode, isDisabled } from "@/graph/document";
import { setDisabled, setMetadata } from "@/graph/edits";
import { hasNodes, hasOne, type CommandSpecs } from "@/keyboard/commands/spec";
import { openDialog, openQuickAdd } from "@/panels/state";
import { announce } from "@/ui/messages";

export const BLOCKS = {
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
  "make-agent": {
    title: "Make an agent of these",
    section: "Blocks",
    keys: [],
    icon: "agent",
    edits: true,
    isPossible: hasNodes,
    run: () => openDialog("make-agent"),
  },
} as const satisfies CommandSpecs;
