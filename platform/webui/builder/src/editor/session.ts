/** What a page of the builder opens: an agent's draft to edit, or one of its versions to look at. */
import { fetchCatalogue, withCarried } from "@/api/blocks";
import { createClient, type Client } from "@/api/client";
import {
  createAgent,
  fetchDraft,
  fetchGraphOfRun,
  fetchVersion,
  publishDraft,
  restoreVersion,
  saveDraft,
  type Draft,
} from "@/api/graphs";
import { NO_KEEPER, createKeeper, type Keeper } from "@/editor/keeping";
import { Saver, type DraftServer } from "@/editor/saving";
import { createEditor, type EditorStore } from "@/editor/store";
import type { GraphDocument } from "@/graph/document";
import { newId } from "@/graph/ids";
import { urlOf, type BuilderSettings } from "@/settings";

export interface Session {
  readonly settings: BuilderSettings;
  readonly client: Client;
  readonly store: EditorStore;
  /** Null where a version is looked at: nothing is saved then. */
  readonly saver: Saver | null;
}

const NEW_AGENT: GraphDocument = {
  id: "",
  name: "New agent",
  description: "",
  nodes: [],
  links: [],
};

/** Open what the settings name. Throws Refused or Unreachable. */
export async function openSession(
  settings: BuilderSettings,
  client: Client = createClient(settings.urls.api),
): Promise<Session> {
  const { graph_id: agent, version, execution } = settings;
  const [known, opened] = await Promise.all([
    fetchCatalogue(client),
    agent === null
      ? null
      : execution !== null
        ? fetchGraphOfRun(client, execution)
        : version === null
          ? fetchDraft(client, agent)
          : fetchVersion(client, agent, version),
  ]);
  const draft = opened !== null && "revision" in opened ? (opened as Draft) : null;
  const document = draft?.document ?? (opened as GraphDocument | null) ?? NEW_AGENT;
  const catalogue = await withCarried(client, known, document);
  const store = createEditor({ document, catalogue, readOnly: version !== null });
  if (version !== null) return { settings, client, store, saver: null };
  const server = draftOnServer(settings, client, store);
  const keeper = keeperFor(settings, store);
  return { settings, client, store, saver: new Saver({ store, server, keeper, draft }) };
}

function draftOnServer(
  { graph_id, urls }: BuilderSettings,
  client: Client,
  store: EditorStore,
): DraftServer {
  let agent = graph_id ?? "";
  const keyFor = keys();
  return {
    async create(name, description) {
      agent = await createAgent(client, name, description, keyFor(name, description));
      store.getState().setAgent(agent);
      // From now on a reload opens this agent, not one more new one.
      window.history.replaceState(null, "", urlOf(urls.edit, agent));
      return fetchDraft(client, agent);
    },
    fetch: () => fetchDraft(client, agent),
    save: (document, revision, keepalive) =>
      saveDraft(client, agent, document, revision, keepalive),
    publish: (revision) => publishDraft(client, agent, revision),
    restore: (version, revision) => restoreVersion(client, agent, version, revision),
  };
}

/** Return what gives a request its key: an answer that got lost makes no second agent. */
function keys(): (...asked: readonly string[]) => string {
  const known = new Map<string, string>();
  return (...asked) => {
    const question = JSON.stringify(asked);
    const key = known.get(question) ?? newId();
    known.set(question, key);
    return key;
  };
}

function keeperFor({ user }: BuilderSettings, store: EditorStore): Keeper {
  const storage = localStorageIfAny();
  if (!storage) return NO_KEEPER;
  return createKeeper({ storage, user: String(user.id), agent: () => store.getState().agent });
}

function localStorageIfAny(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null; // forbidden by the browser's settings
  }
}
