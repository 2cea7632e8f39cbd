/** Of a node that other sites call: its address, or the way to one, and what arrived lately. */
import { useEffect, useState } from "react";
import { Refused } from "@/api/client";
import { createTrigger, fetchTrigger, type MadeTrigger, type Trigger } from "@/api/triggers";
import { useEditor, useSession } from "@/editor/context";
import type { NodeDocument } from "@/graph/document";
import { Arrivals } from "@/panels/Inspector/Arrivals";
import { CopyText } from "@/panels/Inspector/CopyText";
import { sentenceOf } from "@/panels/sentence";
import { urlOf } from "@/settings";

interface TriggerPanelProps {
  readonly node: NodeDocument;
  /** Whose calls the block takes; kinds of triggers are called as these are. */
  readonly provider: string;
}

/** Undefined until it is known, null where the node has none. */
type Known = Trigger | null | undefined;

export function TriggerPanel({ node, provider }: TriggerPanelProps) {
  const { client } = useSession();
  const agent = useEditor(({ document }) => document.id);
  const [trigger, setTrigger] = useState<Known>(undefined);
  const [made, setMade] = useState<MadeTrigger | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    if (!agent) return undefined;
    const stop = new AbortController();
    fetchTrigger(client, agent, node.id, stop.signal).then(setTrigger, (error: unknown) => {
      if (!stop.signal.aborted) setProblem(sentenceOf(error));
    });
    return () => stop.abort();
  }, [client, agent, node.id]);

  async function make() {
    setProblem("");
    try {
      const answer = await createTrigger(client, agent, node.id, provider);
      setMade(answer);
      setTrigger(answer.trigger);
    } catch (error) {
      setProblem(reasonOf(error));
    }
  }

  return (
    <section className="notice trigger" aria-label="What calls this node">
      {!agent && <p>Once the agent is saved and published, it can have an address here.</p>}
      {agent && trigger === undefined && !problem && <p role="status">Looking for its address…</p>}
      {problem && (
        <p className="notice notice--error" role="alert" dir="auto">
          {problem}
        </p>
      )}
      {agent && trigger === null && (
        <>
          <p>Nobody can call this node yet.</p>
          <div className="actions">
            <button type="button" className="button button--small" onClick={() => void make()}>
              Make an address
            </button>
          </div>
        </>
      )}
      {made && <Secret made={made} onCopied={() => setMade(null)} />}
      {trigger && <Present trigger={trigger} />}
    </section>
  );
}

function Secret({ made, onCopied }: { readonly made: MadeTrigger; readonly onCopied: () => void }) {
  return (
    <div className="trigger__secret">
      {made.problem && (
        <p className="inspector__quiet" dir="auto">
          {made.problem}
        </p>
      )}
      <p>
        Callers have this secret. Copy it now: it is shown this once, and nobody can read it again.
      </p>
      <CopyText label="the secret" text={made.secret} />
      <div className="actions">
        <button type="button" className="button button--small" onClick={onCopied}>
          I have copied it
        </button>
      </div>
    </div>
  );
}

function Present({ trigger }: { readonly trigger: Trigger }) {
  const { settings } = useSession();
  return (
    <>
      {trigger.address ? (
        <CopyText label="the address" text={trigger.address} />
      ) : (
        <p>Its address cannot be read any more. Make a new one on its page.</p>
      )}
      {!trigger.is_active && (
        <p dir="auto">It is paused. {trigger.paused_why || "Somebody paused it."}</p>
      )}
      <Arrivals trigger={trigger.id} />
      <p>
        <a href={urlOf(settings.urls.trigger, trigger.id)}>
          All that arrived, and how it is called
        </a>
      </p>
    </>
  );
}

/** Return why there is no trigger; a node that is only in the draft has to be published first. */
function reasonOf(error: unknown): string {
  if (error instanceof Refused && error.errors.some((one) => one.code === "node_gone"))
    return "Publish the agent first: the version that runs does not have this node yet.";
  return sentenceOf(error);
}
