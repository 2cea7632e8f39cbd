/** Agents as blocks of other agents: nodes that run a version of one. */
import { AGENT_BLOCK, kindOf, type Catalogue } from "@/graph/catalogue";
import {
  findNode,
  type GraphDocument,
  type JsonObject,
  type NodeDocument,
  type Point,
} from "@/graph/document";
import { newNode, setDefaults } from "@/graph/edits";
import { newId } from "@/graph/ids";

/** One version of an agent, as far as a node that runs it needs to know. */
export interface AgentVersion {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly description?: string;
  readonly input_schema: JsonObject;
  readonly output_schema: JsonObject;
}

/** Which agent a node runs. */
export interface AgentReference {
  readonly id: string;
  readonly version: number | null;
}

/** Return a node that runs the agent. */
export function agentNode(
  agent: AgentVersion,
  position: Point,
  id: string = newId(),
): NodeDocument {
  return newNode({ id: AGENT_BLOCK }, position, { ...agentValues(agent), inputs: {} }, id);
}

/** Return the agent that the node runs; null where it runs none, or none is chosen yet. */
export function referenceOf(node: NodeDocument, catalogue: Catalogue): AgentReference | null {
  const { graph_id, graph_version } = node.input_default;
  if (kindOf(node, catalogue) !== "Agent" || typeof graph_id !== "string" || !graph_id) return null;
  const version = Number(graph_version);
  return { id: graph_id, version: Number.isInteger(version) && version > 0 ? version : null };
}

/** Return the document with the node running this agent. The values of its inputs stay. */
export function runAgent(
  document: GraphDocument,
  node: string,
  agent: AgentVersion,
): GraphDocument {
  const found = findNode(document, node);
  if (!found) return document;
  const hasInputs =
    found.input_default.inputs !== undefined || found.input_default.data !== undefined;
  return setDefaults(document, node, {
    ...agentValues(agent),
    ...(hasInputs ? {} : { inputs: {} }),
  });
}

/** Return what a node says of the agent that it runs; the schemas are the node's pins. */
function agentValues(agent: AgentVersion): JsonObject {
  return {
    graph_id: agent.id,
    graph_version: agent.version,
    agent_name: agent.name,
    input_schema: agent.input_schema,
    output_schema: agent.output_schema,
  };
}
