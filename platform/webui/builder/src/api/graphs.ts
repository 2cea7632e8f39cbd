/** Agents, their drafts and their versions. */
import { allPages, type Client, type ProblemDetail } from "@/api/client";
import type { components } from "@/api/schema";
import { readDocument, type GraphDocument, type JsonObject } from "@/graph/document";
import { without } from "@/graph/json";
import type { Problem } from "@/graph/problems";

type Schemas = components["schemas"];

/** What the editor of an agent shows: its draft or, without one, its active version. */
export interface Draft {
  readonly document: GraphDocument;
  /** Counts every change; a save says which one it was made on. */
  readonly revision: number;
  /** The version that the draft was begun on. */
  readonly baseVersion: number;
  readonly activeVersion: number;
  /** Whether there is anything to publish. */
  readonly hasChanges: boolean;
  readonly updatedAt: Date;
  readonly problems: readonly Problem[];
}

/** A draft without its graph: what a save answers. */
export type DraftState = Omit<Draft, "document">;

/** A version without its graph. */
export type VersionSummary = Pick<
  Schemas["GraphSummary"],
  "version" | "is_active" | "name" | "description" | "created_at" | "created_by" | "node_count"
>;

/** Return the agent's draft or, where it has none, its active version. */
export async function fetchDraft(client: Client, agent: string): Promise<Draft> {
  const { data } = await client.send<Schemas["Draft"]>("GET", `graphs/${agent}/draft/`);
  return readDraft(data);
}

/** Save the draft that was read at this revision. Throws Refused with 412 if it changed since. */
export async function saveDraft(
  client: Client,
  agent: string,
  document: GraphDocument,
  revision: number,
  keepalive = false,
): Promise<DraftState> {
  const { data } = await client.send<Schemas["SavedDraft"]>("PUT", `graphs/${agent}/draft/`, {
    body: { graph: { ...document, id: agent } },
    ifMatch: tagOf(revision),
    headers: { Prefer: "return=minimal" },
    keepalive,
  });
  return readState(data);
}

/** Make the draft a version, and return that. Throws Refused with 412 if the draft changed since. */
export async function publishDraft(
  client: Client,
  agent: string,
  revision: number,
): Promise<VersionSummary> {
  const { data } = await client.send<Schemas["Published"]>(
    "POST",
    `graphs/${agent}/draft/publish/`,
    {
      body: {},
      ifMatch: tagOf(revision),
    },
  );
  return data;
}

/** Make a version's graph the draft, and return that. */
export async function restoreVersion(
  client: Client,
  agent: string,
  version: number,
  revision: number,
): Promise<Draft> {
  const { data } = await client.send<Schemas["Draft"]>("POST", `graphs/${agent}/draft/restore/`, {
    body: { version },
    ifMatch: tagOf(revision),
  });
  return readDraft(data);
}

/** Make an agent without nodes, and return its id; with the same key again, it is the same agent. */
export async function createAgent(
  client: Client,
  name: string,
  description: string,
  key: string,
): Promise<string> {
  const graph = { name, description, nodes: [], links: [] };
  const { data } = await client.send<{ readonly id: string }>("POST", "graphs/", {
    body: { graph },
    headers: { "Idempotency-Key": key },
  });
  return data.id;
}

/** Return the agent's versions, newest first. */
export function fetchVersions(client: Client, agent: string): Promise<VersionSummary[]> {
  return allPages<VersionSummary>(client, `graphs/${agent}/versions/?page_size=100`);
}

/** Return the graph of one version. */
export async function fetchVersion(
  client: Client,
  agent: string,
  version: number,
): Promise<GraphDocument> {
  const { data } = await client.send<JsonObject>("GET", `graphs/${agent}/versions/${version}/`);
  return readDocument(DERIVED.reduce(without, data));
}

/** Return the graph that ran: of a version, or of a draft as it was. */
export async function fetchGraphOfRun(client: Client, run: string): Promise<GraphDocument> {
  const { data } = await client.send<JsonObject>("GET", `executions/${run}/graph/`);
  return readDocument(DERIVED.reduce(without, data));
}

/** What the server says of a version beside its graph. */
const DERIVED = [
  "version",
  "of_draft",
  "is_active",
  "created_at",
  "created_by",
  "node_count",
  "credentials_input_schema",
  "forked_from_id",
  "forked_from_version",
  "input_schema",
  "output_schema",
  "has_webhook_trigger",
  "problems",
];

/** Return the draft that a problem document of a refused save carries, if it does. */
export function draftIn(problem: Readonly<Record<string, unknown>>): Draft | null {
  const { draft } = problem;
  return typeof draft === "object" && draft !== null ? readDraft(draft as Schemas["Draft"]) : null;
}

function readDraft(data: Schemas["Draft"]): Draft {
  return { document: readDocument(data.graph), ...readState(data) };
}

function readState(data: Schemas["SavedDraft"]): DraftState {
  return {
    revision: data.revision,
    baseVersion: data.base_version,
    activeVersion: data.active_version,
    hasChanges: data.has_changes,
    updatedAt: new Date(data.updated_at),
    problems: data.problems.map(readProblem),
  };
}

/** Return what the server finds wrong as the editor shows it. */
export function readProblem({ attr: _attr, ...told }: ProblemDetail): Problem {
  return { ...told, severity: "error" };
}

function tagOf(revision: number): string {
  return `"${revision}"`;
}
