/** Documents, blocks and nodes for tests. */
import { catalogueOf, type Block, type Catalogue } from "@/graph/catalogue";
import type {
  GraphDocument,
  JsonObject,
  LinkDocument,
  NodeDocument,
  NodeMetadata,
} from "@/graph/document";
import blocks from "@/testing/blocks.json";

/** Blocks of the real catalogue; `tests/unit/blocks/test_builder_blocks.py` keeps them up to date. */
export const BLOCKS = blocks as unknown as readonly Block[];
export const CATALOGUE: Catalogue = catalogueOf(BLOCKS);

/** Return a block of the real catalogue by its name. Throws where the tests have no such block. */
export function blockNamed(name: string): Block {
  const found = BLOCKS.find((block) => block.name === name);
  if (!found) throw new Error(`src/testing/blocks.json has no block ${name}.`);
  return found;
}

export function fakeNode(
  id: string,
  block: string,
  values: JsonObject = {},
  metadata: Partial<NodeMetadata> = {},
): NodeDocument {
  return {
    id,
    block_id: blockNamed(block).id,
    input_default: values,
    metadata: { position: { x: 0, y: 0 }, ...metadata },
  };
}

/** Return the link that `"a.output → b.text"` describes, with the text as its id. */
export function fakeLink(ends: string, isStatic = false): LinkDocument {
  const [, source_id = "", source_name = "", sink_id = "", sink_name = ""] =
    /^(.+?)\.(.+) → (.+?)\.(.+)$/.exec(ends) ?? [];
  return { id: ends, source_id, source_name, sink_id, sink_name, is_static: isStatic };
}

export function fakeDocument(
  nodes: readonly NodeDocument[] = [],
  links: readonly (LinkDocument | string)[] = [],
  extra: JsonObject = {},
): GraphDocument {
  return {
    id: "graph",
    name: "Agent",
    description: "",
    nodes,
    links: links.map((link) => (typeof link === "string" ? fakeLink(link) : link)),
    ...extra,
  };
}
