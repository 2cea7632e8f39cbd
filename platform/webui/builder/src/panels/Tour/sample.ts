/** A small agent to begin with: it asks for a name, makes a sentence of it, and gives that out. */
import type { Flow } from "@/canvas/inserting";
import type { EditorStore } from "@/editor/store";
import type { GraphDocument, JsonObject, NodeDocument } from "@/graph/document";
import { addNodes, newNode, setName } from "@/graph/edits";
import { newId } from "@/graph/ids";
import { announce } from "@/ui/messages";

const INPUT = "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b";
const TEMPLATE = "db7d8f02-2f44-4c55-ab7a-eae0941f0c30";
const OUTPUT = "363ae599-353e-4804-937e-b2ee3cef3da4";

/** Put the sample onto the canvas, as one step that can be undone. */
export function loadSample(store: EditorStore, flow: Flow): void {
  const { document, catalogue, edit } = store.getState();
  if (![INPUT, TEMPLATE, OUTPUT].every((block) => catalogue.has(block))) return;
  edit("Start with a sample", (held) => withSample(held));
  if (document.name === "") edit("Name the agent", (held) => setName(held, "Greeting"));
  announce("A sample with three blocks is on the canvas.");
  requestAnimationFrame(() => void flow.fitView({ padding: 0.2, maxZoom: 1 }));
}

function withSample(document: GraphDocument): GraphDocument {
  const input = named("Who is it?", INPUT, 0, 48, { name: "Name", value: "Alice" });
  const template = named("Make a sentence", TEMPLATE, 360, 0, {
    format: "Good morning, {{ name }}!",
  });
  const output = named("The greeting", OUTPUT, 720, 48, { name: "Greeting" });
  const link = (source: NodeDocument, from: string, sink: NodeDocument, to: string) => ({
    id: newId(),
    source_id: source.id,
    source_name: from,
    sink_id: sink.id,
    sink_name: to,
    is_static: source === input,
  });
  return addNodes(
    document,
    [input, template, output],
    [link(input, "result", template, "values_#_name"), link(template, "output", output, "value")],
  );
}

function named(name: string, id: string, x: number, y: number, values: JsonObject): NodeDocument {
  const node = newNode({ id }, { x, y }, values);
  return { ...node, metadata: { ...node.metadata, customized_name: name } };
}
