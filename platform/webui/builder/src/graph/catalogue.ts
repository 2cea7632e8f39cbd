/** The blocks that nodes can be made of, as `GET /api/v1/blocks/` lists them. */
import type { GraphDocument, JsonObject, NodeDocument } from "@/graph/document";
import { isObject } from "@/graph/json";

export type UiType =
  | "Standard"
  | "Input"
  | "Output"
  | "Note"
  | "Webhook"
  | "Webhook (manual)"
  | "Agent"
  | "AI"
  | "Human In The Loop"
  | "MCP Tool"
  | "Unknown";

export interface Category {
  readonly category: string;
  readonly description: string;
}

export interface Block {
  readonly id: string;
  /** The name that other platforms know the block by. */
  readonly name: string;
  /** The name that people read. */
  readonly title: string;
  readonly description: string;
  readonly categories: readonly Category[];
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  readonly staticOutput: boolean;
  readonly uiType: UiType;
  readonly queue: "io" | "cpu";
  readonly effect: "none" | "idempotent" | "external";
  readonly sensitive: boolean;
  /** Whose calls begin runs at the block, where others call it. */
  readonly webhook?: { readonly provider: string } | null;
  /** Whether a newer version of its API has put it aside: graphs may have it, and nobody adds it. */
  readonly superseded?: boolean;
}

export type Catalogue = ReadonlyMap<string, Block>;

export const NOTE_BLOCK = "cc10ff7b-7753-4ff2-9af6-9399b1a7eddc";
export const AGENT_BLOCK = "e189baac-8c20-45a1-94a7-55177ea42565";

/** Return the catalogue of a list of blocks, by id. */
export function catalogueOf(blocks: Iterable<Block>): Catalogue {
  return new Map(Array.from(blocks, (block) => [block.id, block]));
}

/** Return whether people may add the block to a graph. */
export function isOffered(block: Block): boolean {
  return block.uiType !== "Unknown" && block.superseded !== true;
}

/** Return the role that a node's block plays; "Unknown" where the instance has no such block. */
export function kindOf(node: NodeDocument, catalogue: Catalogue): UiType {
  return catalogue.get(node.block_id)?.uiType ?? "Unknown";
}

/** Return the name that its author gave the node, else the agent's or the block's. */
export function titleOf(node: NodeDocument, catalogue: Catalogue): string {
  return ownNameOf(node) ?? agentNameOf(node, catalogue) ?? blockTitleOf(node, catalogue);
}

/** Return the title that the server's sentences give a node. */
export function plainTitleOf(node: NodeDocument, catalogue: Catalogue): string {
  return ownNameOf(node) ?? blockTitleOf(node, catalogue);
}

function ownNameOf(node: NodeDocument): string | undefined {
  const name: unknown = node.metadata.customized_name;
  return typeof name === "string" && name.trim() ? name : undefined;
}

function blockTitleOf(node: NodeDocument, catalogue: Catalogue): string {
  return catalogue.get(node.block_id)?.title ?? "Unknown block";
}

function agentNameOf(node: NodeDocument, catalogue: Catalogue): string | undefined {
  const name = node.input_default.agent_name;
  const isAgent = catalogue.get(node.block_id)?.uiType === "Agent";
  return isAgent && typeof name === "string" && name.trim() ? name : undefined;
}

/** Return the document's nodes whose block plays the role. */
export function nodesOfKind(
  document: GraphDocument,
  kind: UiType,
  catalogue: Catalogue,
): readonly NodeDocument[] {
  return document.nodes.filter((node) => kindOf(node, catalogue) === kind);
}

/** Return the members of a JSON Schema's `properties` that are schemas. Read once for each schema. */
export function propertiesOf(schema: JsonObject): ReadonlyMap<string, JsonObject> {
  const known = properties.get(schema);
  if (known) return known;
  const found = Object.entries(isObject(schema.properties) ? schema.properties : {});
  const made = new Map(found.flatMap(([name, part]) => (isObject(part) ? [[name, part]] : [])));
  properties.set(schema, made);
  return made;
}

const properties = new WeakMap<JsonObject, ReadonlyMap<string, JsonObject>>();
