/**
 * Changes of dynamic pins, which stand for one part of a list, a dictionary or an object.
 *
 * A dynamic pin exists while it has a value or a link; one that is linked needs no value.
 */
import type { Catalogue } from "@/graph/catalogue";
import { findNode, type GraphDocument, type Json } from "@/graph/document";
import { withLists, withNode } from "@/graph/edits/parts";
import { disconnect } from "@/graph/edits/removal";
import { setValue } from "@/graph/edits/values";
import { withKeyRenamed } from "@/graph/json";
import { DELIMITERS, baseOf, stepsOf } from "@/graph/pinnames";
import { valuesOf, withValues } from "@/graph/pins";

/** Return the document with a dynamic pin of a node that holds a value. */
export function addDynamicPin(
  document: GraphDocument,
  node: string,
  pin: string,
  catalogue: Catalogue,
  value: Json = "",
): GraphDocument {
  const one = findNode(document, node);
  if (!one || Object.hasOwn(valuesOf(one, catalogue), pin)) return document;
  return setValue(document, node, pin, value, catalogue);
}

/** Return the document with a dynamic pin under another name, with its value and its links. */
export function renameDynamicPin(
  document: GraphDocument,
  node: string,
  from: string,
  to: string,
  catalogue: Catalogue,
): GraphDocument {
  const one = findNode(document, node);
  if (!one || from === to || !stepsOf(to) || baseOf(to) !== baseOf(from)) return document;
  const isTaken =
    Object.hasOwn(valuesOf(one, catalogue), to) ||
    document.links.some((link) => link.sink_id === node && link.sink_name === to);
  return isTaken ? document : withPinsRenamed(document, node, new Map([[from, to]]), catalogue);
}

/** Return the document without a dynamic pin; later items of a list move up. */
export function removeDynamicPin(
  document: GraphDocument,
  node: string,
  pin: string,
  catalogue: Catalogue,
): GraphDocument {
  if (!stepsOf(pin)) return document;
  const links = document.links.filter((link) => link.sink_id === node && link.sink_name === pin);
  const cleared = disconnect(
    setValue(document, node, pin, undefined, catalogue),
    links.map((link) => link.id),
  );
  return withItemsMovedUp(cleared, node, pin, catalogue);
}

function withItemsMovedUp(
  document: GraphDocument,
  node: string,
  pin: string,
  catalogue: Catalogue,
): GraphDocument {
  const one = findNode(document, node);
  const last = stepsOf(pin)?.at(-1);
  if (!one || last?.kind !== "list") return document;
  const list = pin.slice(0, pin.length - last.name.length - DELIMITERS.list.length);
  const removed = Number(last.name);
  const names = new Set([
    ...Object.keys(valuesOf(one, catalogue)),
    ...document.links.filter((link) => link.sink_id === node).map((link) => link.sink_name),
  ]);
  const indexes = [...names]
    .map((name) => itemIndex(list, name))
    .filter((index) => index !== undefined);
  // One after another from the lowest, so that each finds its new name free.
  return [...new Set(indexes)]
    .filter((index) => index > removed)
    .sort((a, b) => a - b)
    .reduce((held, index) => withItemMoved(held, node, list, index, names, catalogue), document);
}

function withItemMoved(
  document: GraphDocument,
  node: string,
  list: string,
  index: number,
  names: ReadonlySet<string>,
  catalogue: Catalogue,
): GraphDocument {
  const from = `${list}${DELIMITERS.list}${index}`;
  const to = `${list}${DELIMITERS.list}${index - 1}`;
  const renamed = [...names]
    .filter((name) => itemIndex(list, name) === index)
    .map((name) => [name, to + name.slice(from.length)] as const);
  return withPinsRenamed(document, node, new Map(renamed), catalogue);
}

/** Return which item of the list a name lies in, or undefined where it lies in none. */
function itemIndex(list: string, name: string): number | undefined {
  const start = `${list}${DELIMITERS.list}`;
  if (!name.startsWith(start)) return undefined;
  const digits = /^(0|[1-9]\d{0,8})(?=$|_[$#@]_)/.exec(name.slice(start.length));
  return digits ? Number(digits[0]) : undefined;
}

function withPinsRenamed(
  document: GraphDocument,
  node: string,
  names: ReadonlyMap<string, string>,
  catalogue: Catalogue,
): GraphDocument {
  const renamed = withNode(document, node, (one) => {
    let values = valuesOf(one, catalogue);
    for (const [from, to] of names) values = withKeyRenamed(values, from, to);
    return withValues(one, values, catalogue);
  });
  const links = renamed.links.map((link) => {
    const name = link.sink_id === node ? names.get(link.sink_name) : undefined;
    return name === undefined ? link : { ...link, sink_name: name };
  });
  return withLists(renamed, renamed.nodes, links);
}
