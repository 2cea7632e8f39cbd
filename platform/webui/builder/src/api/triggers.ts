/** What begins runs of an agent when other sites call: of one node, its address and what arrived. */
import type { Client } from "@/api/client";

export interface Trigger {
  readonly id: string;
  readonly name: string;
  readonly node_id: string;
  readonly is_active: boolean;
  readonly paused_why: string;
  readonly last_error: string;
  /** Where it is called: only in answers about one trigger. */
  readonly address?: string;
}

/** A trigger that was just made, with the secret that nobody can read again. */
export interface MadeTrigger {
  readonly trigger: Trigger;
  readonly secret: string;
  /** Why the other site did not take the address; else empty. */
  readonly problem: string;
}

export interface Arrival {
  readonly id: string;
  readonly received_at: string;
  readonly verdict: "waiting" | "started" | "failed" | "refused" | "ignored" | "tested";
  readonly why: string;
  readonly event: string;
  readonly graph_exec_id: string | null;
  readonly body: string;
}

const SHOWN = 5; // of what arrived

/** Return the trigger of a node with its address; null where the node has none. */
export async function fetchTrigger(
  client: Client,
  agent: string,
  node: string,
  signal: AbortSignal,
): Promise<Trigger | null> {
  const list = `graphs/${encodeURIComponent(agent)}/triggers/?page_size=100`;
  const { data } = await client.send<{ readonly results: readonly Trigger[] }>("GET", list, {
    signal,
  });
  const found = data.results.find((one) => one.node_id === node);
  if (!found) return null;
  return (await client.send<Trigger>("GET", `triggers/${found.id}/`, { signal })).data;
}

/** Make a trigger of a kind for a node. Throws Refused where the node does not begin runs yet. */
export async function createTrigger(
  client: Client,
  agent: string,
  node: string,
  kind: string,
): Promise<MadeTrigger> {
  const path = `graphs/${encodeURIComponent(agent)}/triggers/`;
  return (await client.send<MadeTrigger>("POST", path, { body: { kind, node_id: node } })).data;
}

/** Return what arrived at a trigger last, newest first. */
export async function fetchArrivals(
  client: Client,
  trigger: string,
  signal: AbortSignal,
): Promise<readonly Arrival[]> {
  const path = `triggers/${trigger}/arrivals/?page_size=${SHOWN}`;
  const { data } = await client.send<{ readonly results: readonly Arrival[] }>("GET", path, {
    signal,
  });
  return data.results;
}
