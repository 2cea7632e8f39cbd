/** The catalogue of blocks. */
import type { Client } from "@/api/client";
import { catalogueOf, type Block, type Catalogue } from "@/graph/catalogue";
import type { GraphDocument } from "@/graph/document";
import { isObject } from "@/graph/json";

/** Return every block that agents can be made of. */
export async function fetchCatalogue(client: Client): Promise<Catalogue> {
  const { data } = await client.send<readonly Block[]>("GET", "blocks/");
  return catalogueOf(data);
}

/**
 * Return the catalogue with the blocks that nodes of the graph carry along: operations of somebody
 * else's APIs. Where they cannot be had the catalogue stays as it is, and their nodes unknown.
 */
export async function withCarried(
  client: Client,
  catalogue: Catalogue,
  { nodes }: GraphDocument,
): Promise<Catalogue> {
  const carrying = nodes
    .filter(({ block_id, operation }) => !catalogue.has(block_id) && isObject(operation))
    .map(({ block_id, operation }) => ({ block_id, operation }));
  const distinct = [...new Map(carrying.map((one) => [one.block_id, one])).values()];
  if (distinct.length === 0) return catalogue;
  try {
    const { data } = await client.send<readonly Block[]>("POST", "blocks/carried/", {
      body: { nodes: distinct.slice(0, MOST_CARRIED) },
    });
    return new Map([...catalogue, ...catalogueOf(data)]);
  } catch {
    return catalogue;
  }
}

const MOST_CARRIED = 500;
