"""A person's agents as tools for any client of the Model Context Protocol, by the official server.

Each request stands alone: a tool's call starts a run, tells of its progress while it lasts, and gives
its outputs. Whoever hangs up stops the run.
"""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from uuid import UUID

from channels.db import database_sync_to_async

from accounts.models import User
from agents.engine import schemas
from agents.engine.states import FINAL_NODES, ExecutionStatus
from agents.executions import services
from agents.executions.models import Event, Execution
from agents.executions.output import outputs
from agents.executions.watching import THREADS, RunReader, Told
from agents.graphs.models import GraphVersion, load_graphs
from kernel.errors import TrellisError

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp_types import CallToolResult, Tool

P = ParamSpec("P")
T = TypeVar("T")

MOST_TOOLS = 200
LONGEST_NAME = 48
LONGEST_REASON = 2000
ODD = re.compile(r"[^A-Za-z0-9_-]+")


def _in_thread(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Return the function for tasks: the thread that the request came with is gone by then."""
    return database_sync_to_async(function, thread_sensitive=False, executor=THREADS)


def server_for(user: User) -> "Server[Any]":
    """Return a server whose tools are the user's agents."""
    from mcp.server.lowlevel import Server
    from mcp_types import ListToolsResult

    async def list_tools(_: Any, __: Any) -> ListToolsResult:
        return ListToolsResult(tools=await _in_thread(tools_of)(user))

    async def call_tool(context: Any, asked: Any) -> "CallToolResult":
        return await _call(user, asked.name, dict(asked.arguments or {}), context.session)

    return Server("Trellis", on_list_tools=list_tools, on_call_tool=call_tool)


def tools_of(user: User) -> "list[Tool]":
    """Return the user's agents as tools, the newest first."""
    from mcp_types import Tool

    versions = _versions(user)
    load_graphs(versions)
    return [
        Tool(
            name=name_of(version),
            title=version.name,
            description=(version.description or version.name)[:LONGEST_REASON],
            input_schema=schemas.input_schema(version.graph),
        )
        for version in versions
    ]


def name_of(version: GraphVersion) -> str:
    """Return the tool's name: the agent's, as far as that may be one, and a part of its id."""
    plain = ODD.sub("_", version.name).strip("_")[:LONGEST_NAME] or "agent"
    return f"{plain}_{version.agent_id.hex[:12]}"


def _versions(user: User) -> list[GraphVersion]:
    rows = GraphVersion.objects.visible_to(user).active().filter(agent__imported_with=None)
    return list(rows.select_related("agent").order_by("-created", "-pk")[:MOST_TOOLS])


def _start(user: User, name: str, inputs: dict[str, Any]) -> UUID | str:
    """Return the new run's id, or why there is none."""
    found = [one for one in _versions(user) if name_of(one) == name]
    if not found:
        return f"There is no tool {name[:100]!r}."
    try:
        return services.start_execution(owner=user, agent_id=found[0].agent_id, inputs=inputs).pk
    except TrellisError as error:
        details = " ".join(detail.detail for detail in error.errors[:5])
        return f"{error.message} {details}".strip()[:LONGEST_REASON]


async def _call(user: User, name: str, inputs: dict[str, Any], session: Any) -> "CallToolResult":
    started = await _in_thread(_start)(user, name, inputs)
    if isinstance(started, str):
        return _refused(started)
    try:
        await _follow(user, started, session)
    except asyncio.CancelledError:
        await asyncio.shield(_in_thread(services.stop_execution)(started))
        raise
    return await _in_thread(_result)(started)


async def _follow(user: User, run: UUID, session: Any) -> None:
    """Tell of each node that ended, until the run has."""
    since, done = 0, 0
    async with RunReader.shared(user, run) as reader:
        while not reader.is_over(since):
            for event in await reader.after(since):
                since = event.seq
                if _ends_a_node(event):
                    done += 1
                    await session.report_progress(done, None, f"{done} done")
            if not reader.is_over(since):
                await reader.change()


def _ends_a_node(event: Told) -> bool:
    if event.type != Event.Kind.NODE:
        return False
    return json.loads(event.data).get("status") in FINAL_NODES


def _result(run: UUID) -> "CallToolResult":
    from mcp_types import CallToolResult, TextContent

    execution = Execution.objects.with_graph().filter(pk=run).first()
    if execution is None:
        return _refused("The run was deleted.")
    if execution.state is not ExecutionStatus.COMPLETED:
        said = (execution.error or {}).get("message") or f"The run is {execution.status.lower()}."
        return _refused(str(said)[:LONGEST_REASON])
    found = outputs(execution)
    return CallToolResult(
        content=[TextContent(text=json.dumps(found, ensure_ascii=False))], structured_content=found
    )


def _refused(sentence: str) -> "CallToolResult":
    from mcp_types import CallToolResult, TextContent

    return CallToolResult(content=[TextContent(text=sentence)], is_error=True)
