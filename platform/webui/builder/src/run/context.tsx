/** How components reach the run: each subscribes to the slice that it shows, and to nothing else. */
import { createContext, useContext, type ReactNode } from "react";
import { useStore } from "zustand";

import type { LinkEnds } from "@/graph/document";
import type { RunCommands, Told } from "@/run/commands";
import type { NodeRuns, PinFlow } from "@/run/events";
import { flowOf } from "@/run/flows";
import type { RunScene } from "@/run/scene";
import type { RunActions, RunStore, RunView } from "@/run/store";
import type { Waiting } from "@/run/waiting";
import type { BuilderUrls } from "@/settings";

const SceneContext = createContext<RunScene | null>(null);

export function RunProvider({
  scene,
  children,
}: {
  readonly scene: RunScene;
  readonly children: ReactNode;
}) {
  return <SceneContext value={scene}>{children}</SceneContext>;
}

/** Return what starts and shows runs on this canvas. */
export function useScene(): RunScene {
  const scene = useContext(SceneContext);
  if (!scene) throw new Error("useRun needs a RunProvider above it.");
  return scene;
}

/** Return the store itself, for handlers that read the state when something happens. */
export function useRunStore(): RunStore {
  return useScene().store;
}

export function useCommands(): RunCommands {
  return useScene().commands;
}

/** Return what the commands tell: what is under way, and what could not be done. */
export function useTold<T>(selector: (told: Told) => T): T {
  return useStore(useScene().commands.told, selector);
}

/** Return the addresses of pages and values. */
export function useUrls(): BuilderUrls {
  return useScene().urls;
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
