/** Copy, cut and paste: nodes as text, so that they go from one agent and browser to another. */
import { bringIntoView } from "@/canvas/bringing";
import { middleOf, type Flow } from "@/canvas/inserting";
import { pasteAround } from "@/canvas/pasting";
import type { EditorStore } from "@/editor/store";
import { copyText, readClipping } from "@/graph/clipboard";
import { NotAGraph } from "@/graph/document";
import { remove } from "@/graph/edits";
import { isWriting } from "@/keyboard/keys";
import { announce, toast } from "@/ui/messages";

/** What was copied last here, for pages that may not read the clipboard by themselves. */
let lastCopied = "";

/** Put what is selected into the clipboard. */
export async function copySelection(store: EditorStore): Promise<void> {
  const { document: graph, selection, catalogue } = store.getState();
  if (selection.nodes.size === 0) return;
  lastCopied = copyText(graph, selection.nodes, catalogue);
  announce(`Copied ${nodesInWords(selection.nodes.size)}. Secrets stay behind.`);
  await writeText(lastCopied);
}

export async function cutSelection(store: EditorStore): Promise<void> {
  const { selection, edit } = store.getState();
  await copySelection(store);
  edit("Cut", (held) => remove(held, selection.nodes));
}

/** Paste what the clipboard has. */
export async function pasteText(store: EditorStore, flow: Flow): Promise<void> {
  let text = lastCopied;
  try {
    text = (await navigator.clipboard.readText()) || lastCopied;
  } catch {
    // Not allowed, or not a secure context: what was copied here is still known.
  }
  pasteGraph(store, flow, text);
}

/** Put the graph that a text holds onto the canvas, in the middle of what is seen, or beside it. */
export function pasteGraph(store: EditorStore, flow: Flow, text: string): void {
  if (store.getState().readOnly || !text.trim()) return;
  try {
    const clipping = readClipping(text);
    const { document, nodes } = pasteAround(store, clipping, middleOf(flow));
    store.getState().edit("Paste", () => document, { select: { nodes } });
    bringIntoView(flow, ...nodes);
    announce(`Pasted ${nodesInWords(nodes.length)}.`);
  } catch (error) {
    if (!(error instanceof NotAGraph)) throw error;
    toast(`Nothing was pasted. ${error.message}`);
  }
}

async function writeText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The page may not write: the nodes can still be pasted in this tab.
  }
}

/** Answer the browser's own copy, cut and paste, which need no permission. */
export function listenToClipboard(store: EditorStore, flow: Flow): () => void {
  const copy = (event: ClipboardEvent) => {
    const { document: graph, selection, catalogue, readOnly, edit } = store.getState();
    if (isOthers(event) || selection.nodes.size === 0) return;
    event.preventDefault();
    lastCopied = copyText(graph, selection.nodes, catalogue);
    event.clipboardData?.setData("text/plain", lastCopied);
    announce(`Copied ${nodesInWords(selection.nodes.size)}. Secrets stay behind.`);
    if (event.type === "cut" && !readOnly) edit("Cut", (held) => remove(held, selection.nodes));
  };
  const pasted = (event: ClipboardEvent) => {
    if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    pasteGraph(store, flow, event.clipboardData?.getData("text/plain") ?? "");
  };
  document.addEventListener("copy", copy);
  document.addEventListener("cut", copy);
  document.addEventListener("paste", pasted);
  return () => {
    document.removeEventListener("copy", copy);
    document.removeEventListener("cut", copy);
    document.removeEventListener("paste", pasted);
  };
}

/** Return whether the event is about text that somebody has marked or writes. */
function isOthers(event: ClipboardEvent): boolean {
  const marked = getSelection();
  return (
    isWriting(event.target) ||
    document.querySelector("dialog[open]") !== null ||
    (marked !== null && !marked.isCollapsed)
  );
}

function nodesInWords(count: number): string {
  return count === 1 ? "1 node" : `${count} nodes`;
}
