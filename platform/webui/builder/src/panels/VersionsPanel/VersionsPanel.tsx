import { useState } from "react";
import { useStore } from "zustand";

import { fetchVersion, type VersionSummary } from "@/api/graphs";
import { useEditor, useEditorStore, useSession } from "@/editor/context";
import { NeedsMerge } from "@/editor/saving";
import type { GraphDocument } from "@/graph/document";
import { openMerge } from "@/panels/Saving/state";
import { ComparisonView } from "@/panels/VersionsPanel/ComparisonView";
import { compare, comparing, stopComparing, type Place } from "@/panels/VersionsPanel/comparing";
import { useVersions } from "@/panels/VersionsPanel/useVersions";
import { counted } from "@/panels/changes/words";
import { urlOf } from "@/settings";
import { Button } from "@/ui/Button";
import { toast } from "@/ui/messages";

/** The agent's versions: what changed from one to the next, and the way back to any of them. */
export function VersionsPanel() {
  const [found, again] = useVersions();
  const comparison = useStore(comparing, (state) => state.comparison);
  const actions = useActions();
  if (found.state === "loading")
    return (
      <p className="versions__note" role="status">
        Looking for versions …
      </p>
    );
  if (found.state === "failed")
    return (
      <div className="versions__note" role="alert">
        <p>The versions could not be fetched. {found.reason}</p>
        <Button small onClick={again}>
          Try again
        </Button>
      </div>
    );
  if (found.versions.length === 0)
    return (
      <p className="versions__note">
        This agent is not saved yet. Each time you publish it, a version is kept here.
      </p>
    );
  const places: readonly Place[] = [
    ...(actions.hasDraft ? (["draft"] as const) : []),
    ...found.versions.map(({ version }) => version),
  ];
  return (
    <div className="versions">
      {comparison && (
        <ComparisonView
          comparison={comparison}
          places={places}
          onCompare={(before, after) => void actions.compare(before, after)}
          onClose={actions.stop}
        />
      )}
      <DraftRow versions={found.versions} onCompare={actions.compare} />
      <ol className="versions__list" reversed>
        {found.versions.map((version, index) => (
          <VersionRow
            key={version.version}
            version={version}
            earlier={found.versions[index + 1]?.version}
            actions={actions}
          />
        ))}
      </ol>
    </div>
  );
}

interface Actions {
  readonly hasDraft: boolean;
  readonly busy: Place | null;
  compare(before: Place, after: Place): Promise<void>;
  restore(version: number): Promise<void>;
  stop(): void;
}

function useActions(): Actions {
  const { client, saver } = useSession();
  const store = useEditorStore();
  const [busy, setBusy] = useState<Place | null>(null);

  const documentAt = async (place: Place): Promise<readonly [Place, GraphDocument]> => {
    const { agent, document } = store.getState();
    if (place === "draft" || agent === null) return ["draft", document];
    return [place, await fetchVersion(client, agent, place)];
  };
  const working = async (place: Place, work: () => Promise<void>) => {
    setBusy(place);
    try {
      await work();
    } catch (error) {
      if (error instanceof NeedsMerge) openMerge();
      else toast(error instanceof Error ? error.message : String(error), { kind: "error" });
    } finally {
      setBusy(null);
    }
  };

  return {
    hasDraft: saver !== null,
    busy,
    compare: (before, after) =>
      working(before, async () => {
        const [old, present] = await Promise.all([documentAt(before), documentAt(after)]);
        compare(store, old, present);
      }),
    restore: (version) =>
      working(version, async () => {
        if (!saver) return;
        stopComparing(store);
        await saver.restore(version);
        toast(`The draft is as version ${version} was. Publish it to have it run.`, {
          action: { label: "Undo", run: () => store.getState().undo() },
        });
      }),
    stop: () => stopComparing(store),
  };
}

function DraftRow({
  versions,
  onCompare,
}: {
  readonly versions: readonly VersionSummary[];
  readonly onCompare: Actions["compare"];
}) {
  const draft = useEditor((editor) => editor.draft);
  if (!draft) return null;
  const active = versions.find((one) => one.is_active)?.version ?? draft.activeVersion;
  const isBehind = draft.hasChanges && draft.baseVersion !== active;
  return (
    <section className="version" aria-label="Draft">
      <header className="version__head">
        <strong>Draft</strong>
        {draft.hasChanges ? (
          <span className="chip chip--busy">Not published</span>
        ) : (
          <span className="chip">As version {active}</span>
        )}
      </header>
      {isBehind && (
        <p className="version__text">
          Begun on version {draft.baseVersion}; version {active} is newer.
        </p>
      )}
      {draft.hasChanges && (
        <div className="version__actions">
          <Button small onClick={() => void onCompare(active, "draft")}>
            What publishing changes
          </Button>
        </div>
      )}
    </section>
  );
}

function VersionRow({
  version: { version, is_active, name, created_at, created_by, node_count },
  earlier,
  actions,
}: {
  readonly version: VersionSummary;
  readonly earlier: number | undefined;
  readonly actions: Actions;
}) {
  const { settings } = useSession();
  const agent = useEditor((editor) => editor.agent);
  const isBusy = actions.busy === version;
  const address = agent === null ? "" : `${urlOf(settings.urls.edit, agent)}?version=${version}`;
  return (
    <li className="version" aria-label={`Version ${version}`}>
      <header className="version__head">
        <strong>Version {version}</strong>
        {is_active && <span className="chip chip--good">Active</span>}
        <time className="version__time" dateTime={created_at}>
          {new Date(created_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}
        </time>
      </header>
      <p className="version__text">
        <bdi>{name}</bdi>, {counted(node_count, "node")}, by <bdi>{created_by}</bdi>
      </p>
      <div className="version__actions">
        {earlier !== undefined && (
          <Button
            small
            disabled={isBusy}
            title="What this version changed"
            onClick={() => void actions.compare(earlier, version)}
          >
            Changes
          </Button>
        )}
        {actions.hasDraft && (
          <>
            <Button
              small
              disabled={isBusy}
              title="Compare with the draft"
              onClick={() => void actions.compare(version, "draft")}
            >
              Compare
            </Button>
            <Button small disabled={isBusy} onClick={() => void actions.restore(version)}>
              Restore
            </Button>
          </>
        )}
        <a className="button button--small" href={address}>
          Open
        </a>
      </div>
    </li>
  );
}
