import { useReactFlow } from "@xyflow/react";
import type { FlowEdge, FlowNode } from "@/canvas/flow";
import type { Flow } from "@/canvas/inserting";

/** Return what can be asked of the canvas and done with it, from anywhere in the builder. */
export function useCanvas(): Flow {
  return useReactFlow<FlowNode, FlowEdge>();
}
