/** One of the tools that an MCP server offers. */
import { useEffect, useState } from "react";
import { fetchTools } from "@/api/tools";
import { useSession } from "@/editor/context";
import { propertiesOf } from "@/graph/catalogue";
import type { Tool, ToolServer } from "@/graph/tools";
import { sentenceOf } from "@/panels/sentence";
import { Dialog } from "@/ui/Dialog";

interface ChooseToolDialogProps {
  readonly server: ToolServer;
  readonly onChoose: (tool: Tool) => void;
  readonly onClose: () => void;
}

export function ChooseToolDialog({ server, onChoose, onClose }: ChooseToolDialogProps) {
  const { client } = useSession();
  const { url, credential } = server;
  const [tools, setTools] = useState<readonly Tool[]>();
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    fetchTools(client, { url, credential }, stop.signal).then(setTools, (error: unknown) => {
      if (!stop.signal.aborted) setProblem(sentenceOf(error));
    });
    return () => stop.abort();
  }, [client, url, credential]);
  return (
    <Dialog title="Choose a tool" onClose={onClose}>
      <p className="inspector__quiet" dir="auto">
        {url}
      </p>
      {problem && (
        <p className="notice notice--error" role="alert">
          {problem}
        </p>
      )}
      {!tools && !problem && <p role="status">Asking the server for its tools…</p>}
      <ul className="agent-list" aria-busy={!tools && !problem}>
        {tools?.map((tool) => (
          <li key={tool.name}>
            <button type="button" className="agent-list__one" onClick={() => onChoose(tool)}>
              <strong dir="auto">{tool.name}</strong>
              <span className="inspector__quiet" dir="auto">
                {tool.description.slice(0, 300)}
              </span>
              <span className="inspector__quiet">takes {namesOf(tool)}</span>
            </button>
          </li>
        ))}
      </ul>
      {tools?.length === 0 && (
        <p className="inspector__quiet" role="status">
          This server offers no tools.
        </p>
      )}
    </Dialog>
  );
}

function namesOf({ input_schema }: Tool): string {
  return [...propertiesOf(input_schema).keys()].join(", ") || "nothing";
}
