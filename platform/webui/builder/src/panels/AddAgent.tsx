/** Other agents of mine, to be used as blocks of this one. */
import { useState } from "react";
import { bringIntoView } from "@/canvas/bringing";
import { HEADER_HEIGHT, NODE_WIDTH } from "@/canvas/geometry";
import { placeBeside } from "@/canvas/inserting";
import { useCanvas } from "@/canvas/useCanvas";
import { useEditorStore } from "@/editor/context";
import { agentNode, type AgentVersion } from "@/graph/agents";
import { addNode } from "@/graph/edits";
import { ChooseAgentDialog } from "@/panels/Inspector/ChooseAgentDialog";
import { Button } from "@/ui/Button";
import { announce } from "@/ui/messages";

/** A button that puts one of my agents onto the canvas. */
export function AddAgent() {
  const store = useEditorStore();
  const flow = useCanvas();
  const [chooses, setChooses] = useState(false);
  function add(agent: AgentVersion) {
    const { x, y } = placeBeside(store, flow);
    const node = agentNode(agent, { x: x - NODE_WIDTH / 2, y: y - HEADER_HEIGHT / 2 });
    store.getState().edit(`Add ${agent.name}`, (document) => addNode(document, node), {
      select: { nodes: [node.id] },
    });
    bringIntoView(flow, node.id);
    announce(`Added ${agent.name}.`);
  }

  return (
    <>
      <Button small icon="agent" className="add-agent" onClick={() => setChooses(true)}>
        Add one of your agents…
      </Button>
      {chooses && (
        <ChooseAgentDialog
          onClose={() => setChooses(false)}
          onChoose={(agent) => {
            setChooses(false);
            add(agent);
          }}
        />
      )}
    </>
  );
}
