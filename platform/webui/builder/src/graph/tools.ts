/** Tools of MCP servers: choosing the one that a node calls. */
import { findNode, type GraphDocument, type JsonObject, type NodeDocument } from "@/graph/document";
import { setDefaults } from "@/graph/edits";
import { isObject } from "@/graph/json";

/** A tool, as its server describes it. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input_schema: JsonObject;
}

/** Where a node's tool is looked for, and what is shown to the server. */
export interface ToolServer {
  readonly url: string;
  readonly credential: string | null;
}

/** Return the server that the node names; null where it names none by itself. */
export function toolServerOf(node: NodeDocument): ToolServer | null {
  const { server_url: url, credentials } = node.input_default;
  if (typeof url !== "string" || !url.trim()) return null;
  const id = isObject(credentials) ? credentials.id : null;
  return { url: url.trim(), credential: typeof id === "string" ? id : null };
}

/** Return the document with the node calling this tool. Values of its arguments stay. */
export function callTool(document: GraphDocument, node: string, tool: Tool): GraphDocument {
  if (!findNode(document, node)) return document;
  return setDefaults(document, node, {
    selected_tool: tool.name,
    tool_input_schema: tool.input_schema,
  });
}
