"""Run one block by itself, in the process that asks."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import User
from agents.engine import readiness
from agents.engine.errors import InvalidInputs
from agents.engine.graph import Node
from agents.engine.ids import NodeId
from agents.engine.readiness import NotReady
from agents.engine.values import emission_value, error_of
from agents.executions.context import DatabaseStore
from agents.executions.files import RunFiles, place
from agents.executions.keyring import Keyring
from agents.executions.knowledge import RunKnowledge
from agents.executions.mcpcalls import RunMcp
from agents.executions.modelcalls import RunModels
from agents.executions.web import RunHttp, RunMail, RunScreens
from blocks.openapi import services as apis
from blocks.sdk import BlockError, BlockKind, BlockSpec, Decision, registry
from blocks.sdk.tools import ToolNode
from kernel.errors import Detail, NotFound, TrellisError
from telemetry import redaction

NOBODY = UUID(int=0)
MOST_VALUES = 10_000

logger = logging.getLogger(__name__)


class BlockFailed(TrellisError):
    """The block failed."""

    code = "block_failed"
    status = 422


class BlockNeedsAgent(TrellisError):
    """This block only works inside an agent: it waits, computes for long or runs agents."""

    code = "block_needs_agent"
    status = 422


def run_block(user: User, block_id: str, inputs: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what the block emits for the inputs: each pin's values, in order.

    Raises NotFound, InvalidInputs with all problems by pin, BlockFailed or BlockNeedsAgent.
    """
    spec = registry.find(registry.resolve(block_id)) or apis.find(user.pk, block_id)
    if spec is None:
        raise NotFound(f"There is no block {block_id[:60]!r}.")
    if spec.queue != "io" or spec.kind in (BlockKind.AGENT, BlockKind.NOTE):
        raise BlockNeedsAgent
    verdict = readiness.fit(Node(NodeId(block_id), block_id, spec), inputs)
    if isinstance(verdict, NotReady):
        raise InvalidInputs(
            "The inputs do not fit the block.",
            errors=[
                Detail("invalid_input", f"`{pin}`: {text}", attr=f"inputs.{pin}", pin=pin)
                for pin, text in dict(verdict.problems).items()
            ],
        )
    return _run(user, spec, verdict.data)


def _run(user: User, spec: BlockSpec, data: Mapping[str, Any]) -> dict[str, list[Any]]:
    node = Node(NodeId(str(spec.id)), str(spec.id), spec)
    context = LoneContext(user)
    context.credentials = Keyring(user.pk, node, data, dict)
    context.models = RunModels(context.credentials)
    outputs: dict[str, list[Any]] = {}
    try:
        for pin, value in islice(spec.run(spec.inputs.build(data), context), MOST_VALUES):
            limit = settings.EXECUTIONS["max_value_bytes"]
            emitted = context.credentials.cleaned(emission_value(pin, value, max_bytes=limit))
            outputs.setdefault(pin, []).append(emitted)
    except TrellisError:
        raise
    except Exception as error:
        code, message = error_of(error)
        if not isinstance(error, BlockError):
            logger.exception("Block %s failed", spec.name)
        message = redaction.text(message)
        raise BlockFailed(message, errors=[Detail(code, message)]) from None
    finally:
        place().discard([context.graph_exec_id])
    return outputs


class NoAgents:
    """Agents run in runs only. Satisfies ``Agents``."""

    def outputs(
        self, graph_id: str, version: int, inputs: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        raise BlockNeedsAgent


class NoReviews:
    """People are asked in runs only. Satisfies ``Reviews``."""

    def ask(self, data: Any, *, name: str, editable: bool) -> Decision:
        raise BlockNeedsAgent


class NoEvents:
    """Signals are sent to runs only. Satisfies ``Events``."""

    def wait(self, name: str, *, timeout: float | None = None) -> Any:
        raise BlockNeedsAgent


class NoTools:
    """Nothing is linked to a block by itself. Satisfies ``Tools``."""

    def all(self) -> Sequence[ToolNode]:
        return ()

    def run(self, tool: ToolNode, values: Mapping[str, Any]) -> Mapping[str, Sequence[Any]]:
        raise BlockNeedsAgent


class LoneContext:
    """A RunContext outside a run: what would wait is refused."""

    graph_id = NOBODY
    graph_version = 0
    node_id = ""
    cancelled = False
    credentials: Keyring
    models: RunModels

    def __init__(self, user: User) -> None:
        self.graph_exec_id = self.node_exec_id = uuid4()
        self.user_id = str(user.pk)
        self.user_timezone: tzinfo = ZoneInfo(user.time_zone)
        self.store = LoneStore(user.pk)
        self.files = RunFiles(self.graph_exec_id, user.pk)
        self.agents = NoAgents()
        self.reviews = NoReviews()
        self.events = NoEvents()
        self.tools = NoTools()
        self.http = RunHttp()
        self.mail = RunMail()
        self.screens = RunScreens()
        self.mcp = RunMcp()
        self.knowledge = RunKnowledge(user.pk)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            raise BlockNeedsAgent

    def log(self, message: str) -> None:
        logger.info("%s", message)


class LoneStore(DatabaseStore):
    """Values of all the user's agents; there is no agent whose own they could be."""

    def __init__(self, owner_id: Any) -> None:
        super().__init__(owner_id, NOBODY)

    def _where(self, key: str, scope: Any) -> dict[str, Any]:
        if scope != "across_agents":
            raise BlockError("Outside an agent only the scope `across_agents` can be used.")
        return super()._where(key, scope)
