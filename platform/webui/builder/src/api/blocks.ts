/** The catalogue of blocks. */
import type { Client } from "@/api/client";
import { catalogueOf, type Block, type Catalogue } from "@/graph/catalogue";

/** Return every block that agents can be made of. */
export async function fetchCatalogue(client: Client): Promise<Catalogue> {
  const { data } = await client.send<readonly Block[]>("GET", "blocks/");
  return catalogueOf(data);
}
