/** The colours that groups may have, and making one. */
import type { EditorStore } from "@/editor/store";
import { newId } from "@/graph/ids";
import { group, groupsOf } from "@/graph/edits";
import { announce } from "@/ui/messages";

export const GROUP_COLORS = ["grey", "green", "blue", "amber", "red", "violet"] as const;
export type GroupColor = (typeof GROUP_COLORS)[number];

export function isGroupColor(color: string): color is GroupColor {
  return (GROUP_COLORS as readonly string[]).includes(color);
}

/** Put what is selected into a group of its own. */
export function groupSelection(store: EditorStore): void {
  const { document, selection, edit } = store.getState();
  if (selection.nodes.size === 0) return;
  const count = groupsOf(document).length;
  const color = GROUP_COLORS[(count + 1) % GROUP_COLORS.length] ?? "grey";
  const made = { id: newId(), title: `Group ${count + 1}`, color };
  edit("Group", (held) => group(held, selection.nodes, made));
  announce(`Grouped ${selection.nodes.size} nodes.`);
}
