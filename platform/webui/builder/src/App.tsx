import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useMemo, useState } from "react";
import { SessionProvider } from "@/editor/context";
import { openSession, type Session } from "@/editor/session";
import { openRuns } from "@/panels/state";
import { RunProvider } from "@/run/context";
import { createRunScene } from "@/run/scene";
import type { BuilderSettings } from "@/settings";
import { Button } from "@/ui/Button";
import { Workbench } from "@/Workbench";

/** The builder: fetches the agent and shows it, or says what is in the way. */
export function App({ settings }: { readonly settings: BuilderSettings }) {
  const [session, setSession] = useState<Session | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    let isGone = false;
    openSession(settings).then(
      (opened) => {
        if (!isGone) setSession(opened);
      },
      (error: unknown) => {
        if (!isGone) setProblem(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      isGone = true;
    };
  }, [settings, tries]);

  if (problem !== null)
    return (
      <main className="empty empty--page" role="alert">
        <h1>The agent could not be opened</h1>
        <p>{problem}</p>
        <div className="actions">
          <Button
            kind="primary"
            onClick={() => {
              setProblem(null);
              setTries(tries + 1);
            }}
          >
            Try again
          </Button>
          <a className="button" href={settings.urls.agents}>
            Your agents
          </a>
        </div>
      </main>
    );
  if (!session)
    return (
      <p className="builder__loading" role="status">
        Opening the builder …
      </p>
    );
  return <Opened session={session} />;
}

function Opened({ session }: { readonly session: Session }) {
  const { client, settings, store, saver } = session;
  const scene = useMemo(
    () =>
      createRunScene({
        client,
        urls: settings.urls,
        agent: () => store.getState().agent,
        version: settings.version,
        execution: settings.execution,
        save: async () => saver?.flush(),
        onStart: () => openRuns("overview"),
      }),
    [client, settings, store, saver],
  );
  useEffect(() => {
    if (settings.execution === null) return;
    scene.store.getState().show(settings.execution);
    openRuns("overview");
    return () => scene.store.getState().leave();
  }, [scene, settings.execution]);
  return (
    <SessionProvider session={session}>
      <RunProvider scene={scene}>
        <ReactFlowProvider>
          <Workbench />
        </ReactFlowProvider>
      </RunProvider>
    </SessionProvider>
  );
}
