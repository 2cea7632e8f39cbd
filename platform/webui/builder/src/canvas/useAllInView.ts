/** Keeping the graph in view when panels open beside or below it. */
import { getViewportForBounds, useStoreApi } from "@xyflow/react";
import { useEffect } from "react";
import type { Flow } from "@/canvas/inserting";

interface Seen {
  readonly width: number;
  readonly height: number;
  readonly transform: readonly [x: number, y: number, zoom: number];
}

/** How all of a graph is shown. */
export interface Fit {
  readonly padding: number;
  readonly maxZoom: number;
}

/** No graph is shown smaller than this. */
export const LEAST_ZOOM = 0.05;

/** What people do with a canvas. Before the first of it, nobody has chosen what to see. */
const TOUCHES = ["pointerdown", "wheel", "keydown"] as const;

/**
 * Show all of the graph again where the canvas became smaller and showed all of it before; and,
 * until somebody touched it, whenever its size changes: a page finds its places step by step.
 */
export function useAllInView(flow: Flow, fit: Fit): void {
  const store = useStoreApi();
  useEffect(() => {
    const touched = new AbortController();
    const options = { capture: true, passive: true, signal: touched.signal };
    for (const touch of TOUCHES) window.addEventListener(touch, () => touched.abort(), options);
    const leave = store.subscribe((now, before) => {
      if (now.width === before.width && now.height === before.height) return;
      if (!touched.signal.aborted) {
        showAll(flow, now, fit);
        return;
      }
      if (now.width >= before.width && now.height >= before.height) return;
      const all = flow.getNodesBounds(flow.getNodes());
      if (isInView(all, before) && !isInView(all, now)) showAll(flow, now, fit);
    });
    return () => {
      touched.abort();
      leave();
    };
  }, [store, flow, fit]);
}

/** Show all of the graph at once: the library's own way waits for nodes that change. */
function showAll(flow: Flow, { width, height }: Seen, { padding, maxZoom }: Fit): void {
  const nodes = flow.getNodes();
  if (nodes.length === 0) return;
  const bounds = flow.getNodesBounds(nodes);
  void flow.setViewport(getViewportForBounds(bounds, width, height, LEAST_ZOOM, maxZoom, padding));
}

/** Return whether a part of the graph is wholly inside what is seen. */
export function isInView(
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  { width, height, transform: [x, y, zoom] }: Seen,
): boolean {
  const left = box.x * zoom + x;
  const top = box.y * zoom + y;
  return (
    left >= 0 && top >= 0 && left + box.width * zoom <= width && top + box.height * zoom <= height
  );
}
