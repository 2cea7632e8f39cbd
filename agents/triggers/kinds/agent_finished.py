"""Another agent of the same person: when a run of it ends, a run begins with its outputs."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from agents.engine.states import ExecutionStatus
from agents.executions.models import Execution
from agents.executions.output import outputs
from agents.graphs.models import Agent
from agents.triggers.kinds.base import Config, Heard

WANTED = {
    "success": {ExecutionStatus.COMPLETED},
    "failure": {ExecutionStatus.FAILED},
    "any": {ExecutionStatus.COMPLETED, ExecutionStatus.FAILED, ExecutionStatus.TERMINATED},
}


class AgentFinishedConfig(Config):
    """Which agent, and which ends of its runs."""

    graph_id: UUID = Field(
        title="Agent",
        description="The agent whose runs are awaited.",
        json_schema_extra={"choose": "agent"},
    )
    on: Literal["success", "failure", "any"] = Field(
        "success", title="When its run", description="`any` has stopped runs, too."
    )


class AgentFinished(Heard[AgentFinishedConfig]):
    """Hears of runs that were started for themselves, not by other agents."""

    name = "agent_finished"
    title = "Another agent"
    description = "Begins a run with the outputs of another agent's run when that ends."
    order = 30
    config = AgentFinishedConfig

    def subject(self, config: AgentFinishedConfig, resource: str) -> str:
        return str(config.graph_id)

    def problems(self, config: AgentFinishedConfig, owner_id: Any, agent_id: UUID) -> list[str]:
        if config.graph_id == agent_id:
            return ["`graph_id` is this agent itself: it would run without end."]
        mine = Agent.objects.filter(pk=config.graph_id, owner_id=owner_id, deleted_at=None)
        return [] if mine.exists() else ["`graph_id` is no agent of yours."]

    def hears(self, config: AgentFinishedConfig, execution: Execution) -> bool:
        return execution.state in WANTED[config.on]

    def payload(self, execution: Execution) -> Mapping[str, Any]:
        return {
            "graph_id": str(execution.graph_version.agent_id),
            "graph_version": execution.graph_version.version,
            "graph_name": execution.graph_version.name,
            "graph_exec_id": str(execution.pk),
            "status": execution.status,
            "outputs": outputs(execution) if execution.has_values else {},
            "error": execution.error,
        }


kind = AgentFinished()
