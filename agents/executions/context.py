"""The RunContext that workers hand to blocks."""

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property, partial
from typing import Any, NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model

from agents.engine.errors import SubAgentFailed
from agents.engine.graph import Node
from agents.engine.ids import NodeId
from agents.engine.states import ExecutionStatus
from agents.executions.asking import RunReviews
from agents.executions.blocklog import BlockLog
from agents.executions.charging import charge
from agents.executions.claims import Claim
from agents.executions.files import RunFiles
from agents.executions.keyring import Keyring
from agents.executions.knowledge import RunKnowledge
from agents.executions.leases import Pulse
from agents.executions.listening import RunEvents
from agents.executions.mcpcalls import RunMcp
from agents.executions.modelcalls import RunModels
from agents.executions.models import Execution, NodeMemory, StoredValue
from agents.executions.output import output_count, output_stream
from agents.executions.starting import start_child
from agents.executions.suspension import Suspended, Suspension
from agents.executions.toolrun import RunTools
from agents.executions.web import RunHttp, RunMail, RunScreens
from agents.executions.words import Words
from agents.graphs import services as graphs
from blocks.sdk import BlockError
from blocks.sdk.context import Scope
from blocks.sdk.tools import ToolUnusable
from kernel.errors import TrellisError

LONGEST_KEY = 500
LONGEST_SLEEP = timedelta(days=3650)

logger = logging.getLogger("agents.blocks")


class SubAgentsTooDeep(BlockError):
    """Agents run agents that run agents, further down than is allowed."""

    code = "sub_agents_too_deep"


class TooManySubAgentRuns(BlockError):
    """One run started more runs of agents than is allowed."""

    code = "too_many_sub_agent_runs"


class WorkerContext:
    """One claimed node execution's view of the world. Satisfies ``RunContext``."""

    def __init__(self, claim: Claim, pulse: Pulse) -> None:
        self._claim = claim
        self._pulse = pulse
        self.lines = BlockLog(claim.node_execution)
        self._sleeps: list[str] = list(claim.node_execution.sleeps)
        self._slept = 0

    @property
    def user_id(self) -> str:
        return str(self._claim.execution.owner_id)

    @property
    def graph_id(self) -> UUID:
        return self._claim.execution.graph_version.agent_id

    @property
    def graph_version(self) -> int:
        return self._claim.execution.graph_version.version

    @property
    def node_id(self) -> str:
        return self._claim.node_execution.node_id

    @property
    def graph_exec_id(self) -> UUID:
        return self._claim.execution.pk

    @property
    def node_exec_id(self) -> UUID:
        return self._claim.node_execution.pk

    @cached_property
    def user_timezone(self) -> tzinfo:
        owner = get_user_model().objects.get(pk=self._claim.execution.owner_id)
        return ZoneInfo(owner.time_zone)

    @cached_property
    def store(self) -> "DatabaseStore":
        return DatabaseStore(self._claim.execution.owner_id, self.graph_id, self.node_exec_id)

    @cached_property
    def files(self) -> RunFiles:
        return RunFiles(self.graph_exec_id, self._claim.execution.owner_id)

    @cached_property
    def agents(self) -> "SubAgents":
        return SubAgents(self._claim)

    @cached_property
    def credentials(self) -> Keyring:
        row = self._claim.node_execution
        return Keyring(
            self._claim.execution.owner_id, self._claim.node, row.input_data, self._masks
        )

    @cached_property
    def reviews(self) -> RunReviews:
        return RunReviews(self._claim)

    @cached_property
    def events(self) -> RunEvents:
        return RunEvents(self._claim)

    @cached_property
    def http(self) -> RunHttp:
        return RunHttp(stop=lambda: self.cancelled)

    @cached_property
    def mcp(self) -> RunMcp:
        return RunMcp(stop=lambda: self.cancelled)

    @cached_property
    def mail(self) -> RunMail:
        return RunMail(stop=lambda: self.cancelled)

    @cached_property
    def screens(self) -> RunScreens:
        return RunScreens(stop=lambda: self.cancelled)

    @cached_property
    def models(self) -> RunModels:
        return RunModels(
            self.credentials,
            stop=lambda: self.cancelled,
            record=partial(charge, self.graph_exec_id, self.node_exec_id),
            listening=partial(Words, self._claim),
            log=self.log,
        )

    @cached_property
    def knowledge(self) -> RunKnowledge:
        return RunKnowledge(self._claim.execution.owner_id)

    @cached_property
    def tools(self) -> RunTools:
        graph = self._claim.execution.graph_version.graph
        return RunTools(graph, NodeId(self.node_id), partial(ToolContext, self))

    @property
    def cancelled(self) -> bool:
        return self._pulse.cancelled.is_set() or self.timed_out or self.lost

    @property
    def timed_out(self) -> bool:
        """Return whether the block has run for as long as it may."""
        return self._pulse.timed_out.is_set()

    @property
    def timeout_seconds(self) -> float:
        """Return for how long the block may run."""
        return self._pulse.seconds

    @property
    def lost(self) -> bool:
        """Return whether another worker took this node execution over."""
        return self._pulse.lost.is_set()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        if self._slept == len(self._sleeps):
            self._sleeps.append(self._moment_in(seconds).isoformat())
        wake_at = datetime.fromisoformat(self._sleeps[self._slept])
        if wake_at > self.now():
            waits_for = {"kind": "time", "until": wake_at.isoformat()}
            raise Suspended(Suspension(waits_for, wake_at, tuple(self._sleeps)))
        self._slept += 1

    def log(self, message: str) -> None:
        logger.info("%s", message, extra={"action": "block_log", "node_exec_id": self.node_exec_id})
        self.lines.add(message)

    def _masks(self) -> Mapping[str, Any]:
        """Return what the run was given for the node's pins."""
        found: Mapping[str, Any] = self._claim.execution.nodes_input_masks.get(self.node_id, {})
        return found

    def _moment_in(self, seconds: float) -> datetime:
        if not seconds <= LONGEST_SLEEP.total_seconds():
            raise BlockError(f"{seconds:g} seconds is too long a wait; ten years is the most.")
        return self.now() + timedelta(seconds=max(seconds, 0))


class ToolContext(WorkerContext):
    """The view of a block that runs within another one: what would wait is refused."""

    def __init__(self, outer: WorkerContext, node: Node, data: Mapping[str, Any]) -> None:
        super().__init__(outer._claim, outer._pulse)
        self.lines = outer.lines
        self._inner, self._data = node, data

    @property
    def node_id(self) -> str:
        return self._inner.id

    @cached_property
    def credentials(self) -> Keyring:
        owner = self._claim.execution.owner_id
        return Keyring(owner, self._inner, self._data, self._masks)

    @property
    def agents(self) -> NoReturn:
        raise _unusable()

    @property
    def reviews(self) -> NoReturn:
        raise _unusable()

    @property
    def events(self) -> NoReturn:
        raise _unusable()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            raise _unusable()


def _unusable() -> ToolUnusable:
    return ToolUnusable("The block waits, which it cannot inside of another one.")


class DatabaseStore:
    """Values in PostgreSQL: of one user and agent, or of one node execution. Satisfies ``Store``."""

    def __init__(self, owner_id: Any, agent_id: UUID, node_execution: UUID | None = None) -> None:
        self.owner_id = owner_id
        self.agent_id = agent_id
        self.node_execution = node_execution

    def get(self, key: str, *, scope: Scope, default: Any = None) -> Any:
        rows = self._rows(scope).filter(**self._where(key, scope))
        found: list[Any] = list(rows.values_list("value", flat=True)[:1])
        return found[0] if found else default

    def put(self, key: str, value: Any, *, scope: Scope) -> None:
        where = self._where(key, scope)
        self._rows(scope).update_or_create(**where, defaults={"value": value})

    def _rows(self, scope: Scope) -> Any:
        return NodeMemory.objects if scope == "this_node" else StoredValue.objects

    def _where(self, key: str, scope: Scope) -> dict[str, Any]:
        if len(key) > LONGEST_KEY or "\x00" in key:
            raise BlockError(f"A key may have {LONGEST_KEY} characters and no null character.")
        if scope == "this_node":
            return {"node_execution_id": self.node_execution, "key": key}
        agent = self.agent_id if scope == "within_agent" else None
        return {"owner_id": self.owner_id, "agent_id": agent, "key": key}


class SubAgents:
    """Runs that a node execution starts. Satisfies ``Agents``."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim

    def outputs(
        self, graph_id: str, version: int, inputs: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        child = self._child() or self._start(graph_id, version, inputs)
        if child is None:
            raise Suspended(Suspension({"kind": "stop"}))
        state, seen = child.state, output_count(child)
        yield from output_stream(child)
        if state is ExecutionStatus.COMPLETED:
            return
        if state.is_final:
            raise SubAgentFailed(_end_of(child))
        raise Suspended(Suspension({"kind": "agent", "execution": str(child.pk), "outputs": seen}))

    def _child(self) -> Execution | None:
        return Execution.objects.with_graph().filter(parent=self._claim.node_execution).first()

    def _start(self, graph_id: str, version: int, inputs: Mapping[str, Any]) -> Execution | None:
        execution = self._claim.execution
        deepest = settings.EXECUTIONS["max_depth"]
        if execution.depth >= deepest:
            raise SubAgentsTooDeep(
                f"Agents run agents {deepest} levels deep, the most that is allowed. "
                "Does an agent run itself?"
            )
        self._check_family(execution)
        # What a graph names is started as its own owner could: also where the run is another's.
        author = get_user_model().objects.get(agents=execution.graph_version.agent_id)
        try:
            found = graphs.runnable(author, _uuid(graph_id), version)
            return start_child(self._claim.node_execution, found, inputs)
        except TrellisError as error:
            details = " ".join(detail.detail for detail in error.errors[:3])
            raise SubAgentFailed(
                f"The agent {graph_id} version {version} cannot run: {error.message} {details}"
            ) from None

    def _check_family(self, execution: Execution) -> None:
        """Raise TooManySubAgentRuns: depth alone would let an agent that runs itself explode."""
        most = settings.EXECUTIONS["max_sub_agent_runs"]
        if Execution.objects.filter(root=execution.root_id or execution.pk).count() >= most:
            raise TooManySubAgentRuns(
                f"This run started {most:,} runs of agents, the most that one run may. "
                "Does an agent run itself?"
            )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise SubAgentFailed(f"{text!r} is not the id of an agent.") from None


def _end_of(child: Execution) -> str:
    name = child.graph_version.name
    if child.state is ExecutionStatus.TERMINATED:
        return f"The agent {name!r} was stopped."
    return f"The agent {name!r} failed: {(child.error or {}).get('message', 'no reason recorded')}"
