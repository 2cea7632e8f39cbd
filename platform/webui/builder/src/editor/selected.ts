/** Questions about what is selected. */
import type { Editor } from "@/editor/store";
import { kindOf } from "@/graph/catalogue";
import { findNode } from "@/graph/document";

/** Return the only node that is selected; null for none or several. */
export function onlySelected({ selection }: Editor): string | null {
  if (selection.nodes.size !== 1) return null;
  const [node] = selection.nodes;
  return node ?? null;
}

/** Return whether exactly one node is selected, and it is one that runs. */
export function canRunAlone(editor: Editor): boolean {
  const selected = onlySelected(editor);
  const node = selected === null ? undefined : findNode(editor.document, selected);
  return node !== undefined && !["Note", "Unknown"].includes(kindOf(node, editor.catalogue));
}
