/** What a command is: its name, its keys, when it is possible, and what it does. */
import type { Flow } from "@/canvas/inserting";
import type { Editor, EditorStore } from "@/editor/store";
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

export type CommandSpecs = Readonly<Record<string, CommandSpec>>;

export const hasNodes = ({ selection }: Editor) => selection.nodes.size > 0;
export const hasSeveral = ({ selection }: Editor) => selection.nodes.size > 1;
export const hasOne = ({ selection }: Editor) => selection.nodes.size === 1;
export const hasAny = ({ selection }: Editor) => selection.nodes.size + selection.links.size > 0;
export const isFilled = ({ document }: Editor) => document.nodes.length > 0;
