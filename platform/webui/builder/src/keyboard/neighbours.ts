/** From one node to the next by keys. */
import {
  findNode,
  linksInto,
  linksOutOf,
  type GraphDocument,
  type NodeDocument,
} from "@/graph/document";

export type Direction = "left" | "right" | "up" | "down";

/** Return the node in that direction; the first of the graph where none is given. */
export function neighbour(
  document: GraphDocument,
  from: string | undefined,
  direction: Direction,
): NodeDocument | undefined {
  const node = from === undefined ? undefined : findNode(document, from);
  if (!node) return firstOf(document.nodes);
  return linked(document, node, direction) ?? nearest(document, node, direction);
}

function linked(
  document: GraphDocument,
  node: NodeDocument,
  direction: Direction,
): NodeDocument | undefined {
  const ids =
    direction === "right"
      ? linksOutOf(document, node.id).map((link) => link.sink_id)
      : direction === "left"
        ? linksInto(document, node.id).map((link) => link.source_id)
        : [];
  const found = ids.filter((id) => id !== node.id).map((id) => findNode(document, id));
  return firstOf(found.filter((one) => one !== undefined));
}

/** Return the topmost node, and of several the leftmost. */
function firstOf(nodes: readonly NodeDocument[]): NodeDocument | undefined {
  return [...nodes].sort(
    (one, other) =>
      one.metadata.position.y - other.metadata.position.y ||
      one.metadata.position.x - other.metadata.position.x,
  )[0];
}

/** Return the node that lies nearest in the direction; what lies aside counts double. */
function nearest(
  document: GraphDocument,
  from: NodeDocument,
  direction: Direction,
): NodeDocument | undefined {
  const { x, y } = from.metadata.position;
  let best: NodeDocument | undefined;
  let least = Infinity;
  for (const node of document.nodes) {
    if (node === from) continue;
    const across = node.metadata.position.x - x;
    const down = node.metadata.position.y - y;
    const ahead = { left: -across, right: across, up: -down, down }[direction];
    const aside = Math.abs(direction === "left" || direction === "right" ? down : across);
    const distance = ahead + 2 * aside;
    if (ahead > 0 && distance < least) [best, least] = [node, distance];
  }
  return best;
}
