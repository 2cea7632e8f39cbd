/** The tool of an MCP server that a node calls, and the way to another one. */
import { useState } from "react";
import { useEdit } from "@/editor/useEdit";
import { useEditor } from "@/editor/context";
import type { NodeDocument } from "@/graph/document";
import { callTool, toolServerOf } from "@/graph/tools";
import { ChooseToolDialog } from "@/panels/Inspector/ChooseToolDialog";

export function McpTool({ node }: { readonly node: NodeDocument }) {
  const [chooses, setChooses] = useState(false);
  const edit = useEdit();
  const readOnly = useEditor((editor) => editor.readOnly);
  const server = toolServerOf(node);
  const { selected_tool: tool } = node.input_default;
  const isChosen = typeof tool === "string" && tool !== "";
  return (
    <section className="notice sub-agent" aria-label="Tool that this block calls">
      {isChosen ? (
        <p>
          Calls the tool <strong dir="auto">{tool}</strong>.
        </p>
      ) : (
        <p>No tool is chosen yet.</p>
      )}
      {!server && <p>Give it the server's address to see its tools.</p>}
      {!readOnly && (
        <div className="actions">
          <button
            type="button"
            className="button button--small"
            disabled={!server}
            onClick={() => setChooses(true)}
          >
            {isChosen ? "Choose another…" : "Choose a tool…"}
          </button>
        </div>
      )}
      {chooses && server && (
        <ChooseToolDialog
          server={server}
          onClose={() => setChooses(false)}
          onChoose={(chosen) => {
            setChooses(false);
            edit("Choose a tool", (document) => callTool(document, node.id, chosen));
          }}
        />
      )}
    </section>
  );
}
