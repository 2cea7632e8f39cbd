/** How components reach the run: each subscribes to the slice that it shows, and to nothing else. */
import { createContext, useContext, type ReactNode } from "react";
import { useStore } from "zustand";

import type { LinkEnds } from "@/graph/document";
import type { NodeRuns, PinFlow } from "@/run/events";
import { flowOf } from "@/run/flows";
import type { RunActions, RunStore, RunView } from "@/run/store";
import type { Waiting } from "@/run/waiting";
import type { BuilderUrls } from "@/settings";

const RunContext = createContext<RunStore | null>(null);
const UrlsContext = createContext<BuilderUrls | null>(null);

export function RunProvider({
  store,
  urls,
  children,
}: {
  readonly store: RunStore;
  readonly urls: BuilderUrls;
  readonly children: ReactNode;
}) {
  return (
    <RunContext value={store}>
      <UrlsContext value={urls}>{children}</UrlsContext>
    </RunContext>
  );
}

/** Return the addresses of pages and values. */
export function useUrls(): BuilderUrls {
  const urls = useContext(UrlsContext);
  if (!urls) throw new Error("useUrls needs a RunProvider above it.");
  return urls;
}

/** Return the store itself, for handlers that read the state when something happens. */
export function useRunStore(): RunStore {
  const store = useContext(RunContext);
  if (!store) throw new Error("useRun needs a RunProvider above it.");
  return store;
}

/** Return what the selector picks from the run; the component renders when that changes. */
export function useRun<T>(selector: (view: RunView & RunActions) => T): T {
  return useStore(useRunStore(), selector);
}

/** Return the executions of one node; undefined where it has none, or no run is shown. */
export function useNodeRuns(node: string): NodeRuns | undefined {
  return useRun((view) => view.state?.nodes.get(node));
}

/** Return what went through the link; undefined for nothing. */
export function useFlow(link: Pick<LinkEnds, "source_id" | "source_name">): PinFlow | undefined {
  return useRun((view) => flowOf(view.state?.nodes.get(link.source_id), link.source_name));
}

const NOTHING: readonly Waiting[] = [];

/** Return what the node's executions wait for, as far as it is news. */
export function useWaiting(node: string): readonly Waiting[] {
  return useRun((view) => view.waitingNodes.get(node) ?? NOTHING);
}
