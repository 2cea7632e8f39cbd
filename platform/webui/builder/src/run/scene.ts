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
}

export interface SceneOptions extends Omit<CommandOptions, "store" | "requests"> {
  readonly client: Client;
  readonly urls: BuilderUrls;
}

/** Return a scene that shows no run yet. */
export function createRunScene({ client, urls, ...options }: SceneOptions): RunScene {
  const requests = createRequests(client);
  const store = createRunStore({ askWaiting: (run) => requests.waiting(run) });
  const commands = createRunCommands({ ...options, store, requests });
  return { store, requests, commands, urls, agent: options.agent, version: options.version };
}
