/** Changes of links. */
import type { Catalogue } from "@/graph/catalogue";
import {
  findNode,
  linkKey,
  type GraphDocument,
  type LinkDocument,
  type LinkEnds,
} from "@/graph/document";
import { newId } from "@/graph/ids";

/** Return the document with the two pins linked; itself where they are already. */
export function connect(
  document: GraphDocument,
  ends: LinkEnds,
  catalogue: Catalogue,
  id: string = newId(),
): GraphDocument {
  return addLinks(document, [newLink(document, ends, catalogue, id)]);
}

/** Return the document with a link at other ends; without it where these are linked already. */
export function reconnect(
  document: GraphDocument,
  link: string,
  ends: LinkEnds,
  catalogue: Catalogue,
): GraphDocument {
  const old = document.links.find((one) => one.id === link);
  if (!old || linkKey(old) === linkKey(ends)) return document;
  const moved = { ...old, ...newLink(document, ends, catalogue, old.id) };
  const taken = document.links.some((one) => linkKey(one) === linkKey(moved));
  const links = taken
    ? document.links.filter((one) => one !== old)
    : document.links.map((one) => (one === old ? moved : one));
  return { ...document, links };
}

/** Return the document with the links whose nodes are there and whose ends are not linked yet. */
export function addLinks(document: GraphDocument, links: readonly LinkDocument[]): GraphDocument {
  const known = new Set(document.links.map(linkKey));
  const fresh: LinkDocument[] = [];
  for (const link of links) {
    const isNew = !known.has(linkKey(link));
    if (isNew && findNode(document, link.source_id) && findNode(document, link.sink_id)) {
      known.add(linkKey(link));
      fresh.push(link);
    }
  }
  return fresh.length > 0 ? { ...document, links: [...document.links, ...fresh] } : document;
}

function newLink(
  document: GraphDocument,
  ends: LinkEnds,
  catalogue: Catalogue,
  id: string,
): LinkDocument {
  const source = findNode(document, ends.source_id);
  return {
    id,
    source_id: ends.source_id,
    sink_id: ends.sink_id,
    source_name: ends.source_name,
    sink_name: ends.sink_name,
    is_static: source ? catalogue.get(source.block_id)?.staticOutput === true : false,
  };
}
