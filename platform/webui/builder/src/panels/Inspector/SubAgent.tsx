/** The agent that a node runs: which version, whether there is a newer one, and the way to it. */
import { useEffect, useState } from "react";
import { fetchActiveVersion } from "@/api/agents";
import { Refused } from "@/api/client";
import { useSession } from "@/editor/context";
import { useEdit } from "@/editor/useEdit";
import { useEditor } from "@/editor/context";
import { referenceOf, runAgent, type AgentVersion } from "@/graph/agents";
import type { NodeDocument } from "@/graph/document";
import { ChooseAgentDialog } from "@/panels/Inspector/ChooseAgentDialog";
import { sentenceOf } from "@/panels/sentence";
import { urlOf } from "@/settings";

type Found =
  | { readonly state: "asking" }
  | { readonly state: "found"; readonly agent: AgentVersion }
  | { readonly state: "gone" }
  | { readonly state: "failed"; readonly reason: string };

export function SubAgent({ node }: { readonly node: NodeDocument }) {
  const { settings } = useSession();
  const [chooses, setChooses] = useState(false);
  const catalogue = useEditor((editor) => editor.catalogue);
  const edit = useEdit();
  const readOnly = useEditor((editor) => editor.readOnly);
  const reference = referenceOf(node, catalogue);
  const found = useActiveVersion(reference?.id);
  const agent = found.state === "found" ? found.agent : null;
  const isOlder = agent && reference?.version !== agent.version;
  return (
    <section className="notice sub-agent" aria-label="Agent that this block runs">
      {reference ? (
        <p>
          Runs version {reference.version ?? "?"}
          {agent && ` of “${agent.name}”`}
          {agent && !isOlder && ", the newest one"}.
        </p>
      ) : (
        <p>No agent is chosen yet.</p>
      )}
      {found.state === "gone" && (
        <p className="field__errors">That agent is not among yours. Choose another one.</p>
      )}
      {found.state === "failed" && <p className="field__errors">{found.reason}</p>}
      <div className="actions">
        {agent && (
          <a
            className="button button--small"
            href={urlOf(settings.urls.edit, agent.id)}
            target="_blank"
          >
            Open it
          </a>
        )}
        {agent && isOlder && !readOnly && (
          <button
            type="button"
            className="button button--small button--primary"
            onClick={() =>
              edit(`Update to version ${agent.version}`, (document) =>
                runAgent(document, node.id, agent),
              )
            }
          >
            Update to version {agent.version}
          </button>
        )}
        {!readOnly && (
          <button type="button" className="button button--small" onClick={() => setChooses(true)}>
            {reference ? "Choose another…" : "Choose an agent…"}
          </button>
        )}
      </div>
      {chooses && (
        <ChooseAgentDialog
          onClose={() => setChooses(false)}
          onChoose={(chosen) => {
            setChooses(false);
            edit("Choose an agent", (document) => runAgent(document, node.id, chosen));
          }}
        />
      )}
    </section>
  );
}

/** Return what is known of the agent's active version. */
function useActiveVersion(agent: string | undefined): Found {
  const { client } = useSession();
  const [found, setFound] = useState<{ readonly of: string; readonly is: Found }>();
  useEffect(() => {
    if (agent === undefined) return;
    const stop = new AbortController();
    fetchActiveVersion(client, agent, stop.signal).then(
      (version) => setFound({ of: agent, is: { state: "found", agent: version } }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const isGone = error instanceof Refused && error.status === 404;
        const is: Found = isGone
          ? { state: "gone" }
          : { state: "failed", reason: sentenceOf(error) };
        setFound({ of: agent, is });
      },
    );
    return () => stop.abort();
  }, [client, agent]);
  return agent !== undefined && found?.of === agent ? found.is : { state: "asking" };
}
