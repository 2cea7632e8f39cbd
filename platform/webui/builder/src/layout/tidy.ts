/** Laying a graph out from left to right with elkjs, in a worker of its own. */
import type { ELK, ElkNode } from "elkjs/lib/elk-api";
import type { LinkDocument, Point } from "@/graph/document";
import type { Box } from "@/layout/align";

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.layered.spacing.nodeNodeBetweenLayers": "96",
  "elk.spacing.nodeNode": "48",
  "elk.spacing.componentComponent": "96",
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
  "elk.layered.crossingMinimization.strategy": "LAYER_SWEEP",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
};

export interface TidyNode extends Box {
  readonly handles: readonly { readonly id: string; readonly type: string; readonly y: number }[];
}

/** Return tidy places for the nodes, with the top left corner of all where it was. */
export async function tidied(
  nodes: readonly TidyNode[],
  links: readonly Pick<
    LinkDocument,
    "id" | "source_id" | "sink_id" | "source_name" | "sink_name"
  >[],
  handleId: (pin: string) => string,
  elk: Pick<ELK, "layout">,
): Promise<ReadonlyMap<string, Point>> {
  const laidOut = await elk.layout(graphOf(nodes, links, handleId));
  const left = Math.min(...nodes.map((node) => node.x));
  const top = Math.min(...nodes.map((node) => node.y));
  return new Map(
    (laidOut.children ?? []).map(({ id, x, y }) => [
      id,
      { x: Math.round(left + (x ?? 0)), y: Math.round(top + (y ?? 0)) },
    ]),
  );
}

function graphOf(
  nodes: readonly TidyNode[],
  links: Parameters<typeof tidied>[1],
  handleId: (pin: string) => string,
): ElkNode {
  const ports = new Map(nodes.map((node) => [node.id, new Set(node.handles.map(portKey))]));
  const port = (node: string, pin: string, type: string) => {
    const key = portKey({ id: handleId(pin), type });
    return ports.get(node)?.has(key) ? `${node} ${key}` : node;
  };
  return {
    id: "graph",
    layoutOptions: { ...OPTIONS, "elk.padding": "[top=0,left=0,bottom=0,right=0]" },
    children: nodes.map(({ id, width, height, handles }) => ({
      id,
      width,
      height,
      layoutOptions: { "elk.portConstraints": "FIXED_POS" },
      ports: handles.map((handle) => ({
        id: `${id} ${portKey(handle)}`,
        x: handle.type === "target" ? 0 : width,
        y: handle.y,
        width: 0,
        height: 0,
      })),
    })),
    edges: links
      .filter((link) => ports.has(link.source_id) && ports.has(link.sink_id))
      .map((link) => ({
        id: link.id,
        sources: [port(link.source_id, link.source_name, "source")],
        targets: [port(link.sink_id, link.sink_name, "target")],
      })),
  };
}

function portKey({ id, type }: { readonly id: string; readonly type: string }): string {
  return `${type} ${id}`;
}

let started: Promise<ELK> | undefined;

/** Return the engine, which is large and therefore fetched when it is first needed. */
export function engine(): Promise<ELK> {
  started ??= import("elkjs/lib/elk-api").then(
    ({ default: Elk }) =>
      new Elk({
        workerFactory: () => new Worker(new URL("elkjs/lib/elk-worker.min.js", import.meta.url)),
      }),
  );
  return started;
}
