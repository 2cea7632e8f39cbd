/** Commands about the agent as a whole, and help. */
import { canRunAlone } from "@/editor/selected";
import { isFilled, type CommandSpecs } from "@/keyboard/commands/spec";
import { chooseFile, exportFile } from "@/panels/files";
import { openDialog, toggleSide } from "@/panels/state";

export const AGENT = {
  run: {
    title: "Run the agent",
    section: "Agent",
    keys: ["Mod+Enter"],
    icon: "play",
    isPossible: isFilled,
    run: () => openDialog("run"),
  },
  "run-node": {
    title: "Run the node alone",
    section: "Agent",
    keys: ["Mod+Shift+Enter"],
    icon: "play",
    edits: true, // what runs is the draft
    isPossible: canRunAlone,
    run: () => openDialog("run-node"),
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
} as const satisfies CommandSpecs;
