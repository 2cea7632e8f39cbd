/** One of my agents, found by its name. */
import { useEffect, useId, useState } from "react";
import { searchAgents } from "@/api/agents";
import { useSession } from "@/editor/context";
import { useEditor } from "@/editor/context";
import type { AgentVersion } from "@/graph/agents";
import { propertiesOf } from "@/graph/catalogue";
import { sentenceOf } from "@/panels/sentence";
import { Dialog } from "@/ui/Dialog";

const PAUSE = 200; // ms between typing and asking

interface ChooseAgentDialogProps {
  readonly onChoose: (agent: AgentVersion) => void;
  readonly onClose: () => void;
}

export function ChooseAgentDialog({ onChoose, onClose }: ChooseAgentDialogProps) {
  const id = useId();
  const { client } = useSession();
  const self = useEditor((editor) => editor.agent);
  const [text, setText] = useState("");
  const [found, setFound] = useState<readonly AgentVersion[]>();
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      searchAgents(client, text.trim(), stop.signal).then(
        (agents) => {
          setFound(agents);
          setProblem(null);
        },
        (error: unknown) => {
          if (!stop.signal.aborted) setProblem(sentenceOf(error));
        },
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, text]);
  const others = found?.filter((agent) => agent.id !== self);
  return (
    <Dialog title="Choose an agent" onClose={onClose}>
      <div className="field">
        <label className="field__label" htmlFor={id}>
          Search
        </label>
        <input
          id={id}
          type="search"
          dir="auto"
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {problem && (
        <p className="notice notice--error" role="alert">
          {problem}
        </p>
      )}
      <ul className="agent-list" aria-busy={found === undefined}>
        {others?.map((agent) => (
          <li key={agent.id}>
            <button type="button" className="agent-list__one" onClick={() => onChoose(agent)}>
              <strong dir="auto">{agent.name || "Without a name"}</strong>
              <span className="inspector__quiet" dir="auto">
                {agent.description?.slice(0, 160)}
              </span>
              <span className="inspector__quiet">
                version {agent.version}; takes {names(agent.input_schema)}; gives{" "}
                {names(agent.output_schema)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {others?.length === 0 && (
        <p className="inspector__quiet" role="status">
          {text ? "No other agent of yours is called so." : "You have no other agent yet."}
        </p>
      )}
    </Dialog>
  );
}

function names(schema: AgentVersion["input_schema"]): string {
  return [...propertiesOf(schema).keys()].join(", ") || "nothing";
}
