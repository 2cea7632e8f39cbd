/** What is selected, with all that can be said of it and changed in it. */
import { useShallow } from "zustand/react/shallow";
import { useEditor, useEditorStore } from "@/editor/context";
import { findNode } from "@/graph/document";
import { AgentPanel } from "@/panels/Inspector/AgentPanel";
import { LinkPanel } from "@/panels/Inspector/LinkPanel";
import { NodePanel } from "@/panels/Inspector/NodePanel";
import { SelectionPanel } from "@/panels/Inspector/SelectionPanel";
import "@/panels/Inspector/inspector.css";

export function Inspector() {
  const store = useEditorStore();
  const nodes = useEditor(useShallow((editor) => [...editor.selection.nodes]));
  const links = useEditor(useShallow((editor) => [...editor.selection.links]));
  return (
    // Leaving a field ends the gesture: what is typed next is an undo step of its own.
    <section
      className="inspector"
      aria-label="Inspector"
      onBlur={() => store.getState().settle()}
      onKeyDown={(event) => {
        // On the canvas these delete what is selected, which is what is shown here.
        if (event.key === "Delete" || event.key === "Backspace") event.stopPropagation();
      }}
    >
      <Shown nodes={nodes} links={links} />
    </section>
  );
}

function Shown({ nodes, links }: { nodes: readonly string[]; links: readonly string[] }) {
  const [node, ...otherNodes] = nodes;
  const [link, ...otherLinks] = links;
  const exists = useEditor(({ document }) => node !== undefined && findNode(document, node));
  if (node !== undefined && exists && otherNodes.length === 0)
    return <NodePanel key={node} id={node} />;
  if (nodes.length > 1) return <SelectionPanel nodes={nodes} />;
  if (link !== undefined && otherLinks.length === 0) return <LinkPanel key={link} id={link} />;
  return <AgentPanel />;
}
