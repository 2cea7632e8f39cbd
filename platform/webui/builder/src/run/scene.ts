/** All that shows and starts runs on one canvas, put together. */

import type { Client } from "@/api/client";
import { createRunCommands, type CommandOptions, type RunCommands } from "@/run/commands";
import { createRequests, type RunRequests } from "@/run/requests";
import { createRunStore, type RunStore } from "@/run/store";
import type { BuilderUrls } from "@/settings";

export interface RunScene {
  readonly store: RunStore;
  readonly requests: RunRequests;
  readonly commands: RunCommands;
  readonly urls: BuilderUrls;
  readonly agent: () => string | null;
  /** The version that is looked at; null for the draft. */
  readonly version: number | null;
  /** The run that the page was opened for; null where it was opened to edit, or for a version. */
  readonly execution: string | null;
}

export interface SceneOptions extends Omit<CommandOptions, "store" | "requests"> {
  readonly client: Client;
  readonly urls: BuilderUrls;
  readonly execution: string | null;
}

/** Return a scene that shows no run yet. */
export function createRunScene({ client, urls, execution, ...options }: SceneOptions): RunScene {
  const requests = createRequests(client);
  const store = createRunStore({ askWaiting: (run) => requests.waiting(run) });
  const commands = createRunCommands({ ...options, store, requests });
  const { agent, version } = options;
  return { store, requests, commands, urls, agent, version, execution };
}
