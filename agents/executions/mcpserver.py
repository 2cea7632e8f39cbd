"""A person's agents as tools for any client of the Model Context Protocol, by the official server.

Each request stands alone: a tool's call starts a run, tells of its progress while it lasts, and gives
its outputs. Whoever hangs up stops the run.
"""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from uuid import UUID

from channels.db import database_sync_to_async
from django.db.models import Q

from accounts.models import User
from agents.engine import schemas
from agents.engine.states import FINAL_NODES, ExecutionStatus
from agents.executions import services
from agents.executions.models import Event, Execution
from agents.executions.output import outputs
from agents.executions.watching import THREADS, RunReader, Told
from agents.graphs.models import GraphVersion, GraphVersionQuerySet, load_graphs
from kernel.errors import TrellisError

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp_types import CallToolResult, Tool

P = ParamSpec("P")
T = TypeVar("T")

TOOLS_AT_ONCE = 100
LONGEST_NAME = 48
LONGEST_REASON = 2000
ODD = re.compile(r"[^A-Za-z0-9_-]+")
START_OF_ID = re.compile(r"[0-9a-f]{12}")


def _in_thread(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Return the function for tasks: the thread that the request came with is gone by then."""
    return database_sync_to_async(function, thread_sensitive=False, executor=THREADS)


def server_for(user: User) -> "Server[Any]":
    """Return a server whose tools are the user's agents."""
    from mcp.server.lowlevel import Server
    from mcp_types import ListToolsResult

    async def list_tools(_: Any, asked: Any) -> ListToolsResult:
        tools, following = await _in_thread(tools_of)(user, asked.cursor if asked else None)
        return ListToolsResult(tools=tools, next_cursor=following)

    async def call_tool(context: Any, asked: Any) -> "CallToolResult":
        return await _call(user, asked.name, dict(asked.arguments or {}), context.session)

    return Server("Trellis", on_list_tools=list_tools, on_call_tool=call_tool)


def tools_of(user: User, cursor: str | None = None) -> "tuple[list[Tool], str | None]":
    """Return some of the user's agents as tools, the newest first, and where the others begin.

    Raises MCPError for a cursor that is none of ours.
    """
    from mcp_types import Tool

    found = list(_versions_after(user, cursor)[: TOOLS_AT_ONCE + 1])
    versions = found[:TOOLS_AT_ONCE]
    load_graphs(versions)
    tools = [
        Tool(
            name=name_of(version),
            title=version.name,
            description=(version.description or version.name)[:LONGEST_REASON],
            input_schema=schemas.input_schema(version.graph),
        )
        for version in versions
    ]
    return tools, _cursor(versions[-1]) if len(found) > len(versions) else None


def name_of(version: GraphVersion) -> str:
    """Return the tool's name: the agent's, as far as that may be one, and a part of its id."""
    plain = ODD.sub("_", version.name).strip("_")[:LONGEST_NAME] or "agent"
    return f"{plain}_{version.agent_id.hex[:12]}"


def _versions(user: User) -> GraphVersionQuerySet:
    rows = GraphVersion.objects.visible_to(user).active().filter(agent__imported_with=None)
    return rows.select_related("agent").order_by("-created", "-pk")


def _versions_after(user: User, cursor: str | None) -> GraphVersionQuerySet:
    if cursor is None:
        return _versions(user)
    from mcp import MCPError
    from mcp_types import INVALID_PARAMS

    try:
        moment, pk = datetime.fromisoformat(cursor[:-37]), UUID(cursor[-36:])
        earlier = Q(created__lt=moment) | Q(created=moment, pk__lt=pk)
    except ValueError:
        raise MCPError(INVALID_PARAMS, "This cursor is none of this server's.") from None
    return _versions(user).filter(earlier)


def _cursor(last: GraphVersion) -> str:
    return f"{last.created.isoformat()} {last.pk}"


def _named(user: User, name: str) -> GraphVersion | None:
    """Return the version that the tool of this name runs."""
    start = name.rpartition("_")[2]
    if not START_OF_ID.fullmatch(start):
        return None
    first, last = UUID(start.ljust(32, "0")), UUID(start.ljust(32, "f"))
    some = _versions(user).filter(agent__id__range=(first, last))
    return next((one for one in some if name_of(one) == name), None)


def _start(user: User, name: str, inputs: dict[str, Any]) -> UUID | str:
    """Return the new run's id, or why there is none."""
    found = _named(user, name)
    if found is None:
        return f"There is no tool {name[:100]!r}."
    try:
        return services.start_execution(owner=user, agent_id=found.agent_id, inputs=inputs).pk
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
