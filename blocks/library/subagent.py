"""The block that runs another agent."""

from collections.abc import Iterator
from typing import Any

from pydantic import model_validator

from blocks.sdk import BlockKind, Category, Emit, InputPins, PinName, RunContext, block, pin


class AgentExecutorInputs(InputPins):
    user_id: str = pin(description="Whose agent it is; the platform fills this in")
    graph_id: str = pin(description="The agent to run")
    graph_version: int = pin(description="The version of the agent")
    agent_name: str | None = pin(None, description="The agent's name, to show on the block")
    inputs: dict[str, Any] = pin(description="The agent's inputs, by name")
    input_schema: dict[str, Any] = pin(description="What inputs the agent takes: the block's pins")
    output_schema: dict[str, Any] = pin(description="What the agent gives: the block's outputs")
    nodes_input_masks: dict[str, Any] | None = pin(
        None, hidden=True, description="Values that the platform puts in place of the agent's own"
    )

    @model_validator(mode="before")
    @classmethod
    def accept_older_name(cls, data: Any) -> Any:
        """Read the inputs of older agents, which named them ``data``."""
        if isinstance(data, dict) and "inputs" not in data and "data" in data:
            return {**data, "inputs": data["data"]}
        return data


@block(
    id="e189baac-8c20-45a1-94a7-55177ea42565",
    name="AgentExecutorBlock",
    categories=[Category.AGENT],
    kind=BlockKind.AGENT,
    effect="idempotent",
)
def run_agent(inputs: AgentExecutorInputs, context: RunContext) -> Iterator[Emit]:
    """Run another agent, with its inputs and outputs as this block's pins."""
    outputs = context.agents.outputs(inputs.graph_id, inputs.graph_version, inputs.inputs)
    for name, value in outputs:
        yield Emit(PinName(name), value)
