/** My agents as parts of others, and what is set for one of them. */
import type { Client } from "@/api/client";
import type { GraphDocument, JsonObject } from "@/graph/document";
import type { AgentVersion } from "@/graph/agents";

/** What an owner set for an agent: the members of `GraphSettings` in the API's schema. */
export type AgentSettings = JsonObject;

/** Return agents of mine whose name or description has the text, the one saved last first. */
export async function searchAgents(
  client: Client,
  text: string,
  signal?: AbortSignal,
): Promise<readonly AgentVersion[]> {
  const query = new URLSearchParams({ page_size: "50", ...(text ? { search: text } : {}) });
  const { data } = await client.send<{ readonly results: readonly AgentVersion[] }>(
    "GET",
    `graphs/?${query.toString()}`,
    signal ? { signal } : {},
  );
  return data.results;
}

/** Return the active version of an agent. Throws Refused with 404 where there is none for me. */
export async function fetchActiveVersion(
  client: Client,
  agent: string,
  signal?: AbortSignal,
): Promise<AgentVersion> {
  const path = `graphs/${encodeURIComponent(agent)}/`;
  const { data } = await client.send<AgentVersion>("GET", path, signal ? { signal } : {});
  return data;
}

/** Make an agent of the graph, and return its first version. */
export async function createAgentFrom(
  client: Client,
  { name, description, nodes, links, groups }: GraphDocument,
): Promise<AgentVersion> {
  const graph = { name, description, nodes, links, ...(groups ? { groups } : {}) };
  const { data } = await client.send<AgentVersion>("POST", "graphs/", { body: { graph } });
  return data;
}

export async function fetchAgentSettings(client: Client, agent: string): Promise<AgentSettings> {
  return (await client.send<AgentSettings>("GET", `graphs/${agent}/settings/`)).data;
}

/** Change some of what is set, and return all of it. It holds at once, also for runs under way. */
export async function changeAgentSettings(
  client: Client,
  agent: string,
  changes: AgentSettings,
): Promise<AgentSettings> {
  const path = `graphs/${agent}/settings/`;
  return (await client.send<AgentSettings>("PATCH", path, { body: changes })).data;
}
