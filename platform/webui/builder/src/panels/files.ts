/** Agents as files: exported from here, imported by choosing or dropping one. */
import { middleOf, type Flow } from "@/canvas/inserting";
import { pasteAround } from "@/canvas/pasting";
import type { EditorStore } from "@/editor/store";
import { copyText, paste, readClipping } from "@/graph/clipboard";
import { NotAGraph, type GraphDocument } from "@/graph/document";
import { setName } from "@/graph/edits";
import { toast } from "@/ui/messages";

const LARGEST = 32 * 1024 * 1024; // bytes; the server takes no more either
const FIT = { padding: 0.15, maxZoom: 1 };

/** Let the person choose a file, and import it. */
export function chooseFile(store: EditorStore, flow: Flow): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".json,application/json";
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) void importFile(store, file, flow);
  });
  input.click();
}

/** Put the graph of a file onto the canvas: as the whole agent where it is empty, else beside. */
export async function importFile(
  store: EditorStore,
  file: File,
  flow: Flow,
  at?: { readonly x: number; readonly y: number },
): Promise<void> {
  if (store.getState().readOnly) return;
  try {
    if (file.size > LARGEST) throw new NotAGraph("It is larger than 32 MB.");
    const clipping = readClipping(await file.text());
    const { document: before, edit } = store.getState();
    const isEmpty = before.nodes.length === 0;
    const pasted = isEmpty
      ? paste(before, clipping)
      : pasteAround(store, clipping, at ?? middleOf(flow));
    const named = isEmpty && clipping.name ? setName(pasted.document, clipping.name) : null;
    edit(`Import ${file.name}`, () => named ?? pasted.document, {
      select: { nodes: isEmpty ? [] : pasted.nodes },
    });
    toast(`Imported ${pasted.nodes.length} nodes from ${file.name}.`);
    requestAnimationFrame(() => void flow.fitView(FIT));
  } catch (error) {
    const why = error instanceof NotAGraph ? error.message : "It cannot be read.";
    toast(`${file.name} was not imported. ${why}`, { kind: "error" });
  }
}

/** Save what is on the canvas as a file, without secrets. */
export function exportFile(store: EditorStore): void {
  const { document: graph, catalogue } = store.getState();
  const url = URL.createObjectURL(
    new Blob([exported(graph, catalogue)], { type: "application/json" }),
  );
  const link = document.createElement("a");
  link.href = url;
  link.download = `${fileName(graph.name)}.json`;
  link.click();
  URL.revokeObjectURL(url);
  toast(`Exported ${graph.nodes.length} nodes. Secrets are left out.`);
}

function exported(
  graph: GraphDocument,
  catalogue: ReturnType<EditorStore["getState"]>["catalogue"],
): string {
  const all = graph.nodes.map((node) => node.id);
  const portable = JSON.parse(copyText(graph, all, catalogue)) as object;
  const { id, name, description } = graph;
  return JSON.stringify({ id, name, description, ...portable }, null, 2);
}

function fileName(name: string): string {
  const plain = name.replaceAll(/[^\p{Letter}\p{Number}]+/gu, "-").replaceAll(/^-+|-+$/g, "");
  return plain.slice(0, 80).toLowerCase() || "agent";
}
