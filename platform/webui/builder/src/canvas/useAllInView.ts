/** Keeping the graph in view when panels open beside or below it. */
import { useStoreApi } from "@xyflow/react";
import { useEffect } from "react";
import type { Flow } from "@/canvas/inserting";

interface Seen {
  readonly width: number;
  readonly height: number;
  readonly transform: readonly [x: number, y: number, zoom: number];
}

/** What people do with a canvas. Before the first of it, nobody has chosen what to see. */
const TOUCHES = ["pointerdown", "wheel", "keydown"] as const;

/**
 * Show all of the graph again where the canvas became smaller and showed all of it before; and,
 * until somebody touched it, whenever its size changes: a page finds its places step by step.
 */
export function useAllInView(flow: Flow, fit: Parameters<Flow["fitView"]>[0]): void {
  const store = useStoreApi();
  useEffect(() => {
    const touched = new AbortController();
    const options = { capture: true, passive: true, signal: touched.signal };
    for (const touch of TOUCHES) window.addEventListener(touch, () => touched.abort(), options);
    const leave = store.subscribe((now, before) => {
      if (now.width === before.width && now.height === before.height) return;
      if (!touched.signal.aborted) {
        void flow.fitView(fit);
        return;
      }
      if (now.width >= before.width && now.height >= before.height) return;
      const all = flow.getNodesBounds(flow.getNodes());
      if (isInView(all, before) && !isInView(all, now)) void flow.fitView(fit);
    });
    return () => {
      touched.abort();
      leave();
    };
  }, [store, flow, fit]);
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
