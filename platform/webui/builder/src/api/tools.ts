/** Tools of MCP servers. */
import type { Client } from "@/api/client";
import type { Tool, ToolServer } from "@/graph/tools";

/** Return the tools that a server offers. Throws Refused with the reason where it cannot be asked. */
export async function fetchTools(
  client: Client,
  { url, credential }: ToolServer,
  signal: AbortSignal,
): Promise<readonly Tool[]> {
  const { data } = await client.send<readonly Tool[]>("POST", "mcp/tools/", {
    body: { server_url: url, credential },
    signal,
  });
  return data;
}
