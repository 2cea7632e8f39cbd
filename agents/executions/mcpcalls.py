"""Servers of the Model Context Protocol, for the blocks of a run: the official client, guarded.

The client speaks httpx2 and the guard (`egress`) is of httpx, so a request passes from one to the
other here. A secret goes along from here only, to the hosts that it is for. What a server sends is
measured, timed, and read by the client's own models; whatever else it does is one error.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from agents.executions import mcpcommands
from agents.executions.web import failure, give_connection_back
from blocks.sdk.http import HeadersFor, RequestFailed
from blocks.sdk.mcp import McpFailed, McpTool, McpToolFailed
from egress import AsyncGuardedTransport, EgressError, RequestStopped
from egress.limits import Limits, Stop, never
from egress.settings import configured

if TYPE_CHECKING:
    import httpx2
    from mcp import Client

T = TypeVar("T")

MOST_BYTES = 8 * 1024 * 1024
MOST_TOOLS = 500
MOST_PAGES = 20
LONGEST_REASON = 500
LOOK_SECONDS = 0.25  # between two looks at whether the call is still wanted
OURS = "Trellis"


class RunMcp:
    """The official MCP client on the guarded way out. Satisfies ``Mcp``.

    Each call has connections and a session of its own.
    """

    def __init__(self, *, stop: Stop = never) -> None:
        self.stop = stop

    def tools(self, url: str, *, secrets: HeadersFor | None = None) -> list[McpTool]:
        return self._run(self._tools(url, secrets))

    def call(
        self,
        url: str,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        secrets: HeadersFor | None = None,
    ) -> Any:
        return self._run(self._call(url, tool, dict(arguments), secrets))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        give_connection_back()
        try:
            return asyncio.run(self._watched(work))
        except (McpFailed, McpToolFailed, RequestFailed):
            raise
        except Exception as error:
            raise _translated(error) from None

    async def _watched(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work gives; end it when its time is over or nobody wants it."""
        seconds = configured().limits.total_seconds
        task = asyncio.ensure_future(work)
        async with asyncio.timeout(seconds):
            try:
                while not (await asyncio.wait({task}, timeout=LOOK_SECONDS))[0]:
                    if self.stop():
                        raise RequestStopped
                return await task
            finally:
                if not task.done():
                    task.cancel()
                    await asyncio.wait({task}, timeout=5)

    async def _tools(self, url: str, secrets: HeadersFor | None) -> list[McpTool]:
        found: list[McpTool] = []
        cursor: str | None = None
        async with _client(url, secrets) as client:
            for _ in range(MOST_PAGES):
                page = await client.list_tools(cursor=cursor)
                found += [
                    McpTool(one.name, one.description or "", dict(one.input_schema))
                    for one in page.tools
                ]
                cursor = page.next_cursor
                if not cursor or len(found) >= MOST_TOOLS:
                    break
        return found[:MOST_TOOLS]

    async def _call(
        self, url: str, tool: str, arguments: dict[str, Any], secrets: HeadersFor | None
    ) -> Any:
        async with _client(url, secrets) as client:
            answer = await client.call_tool(tool, arguments)
        items = [_value(one.model_dump(mode="json", exclude_none=True)) for one in answer.content]
        if answer.is_error:
            said = " ".join(str(one) for one in items)[:LONGEST_REASON]
            raise McpToolFailed(f"The tool {tool[:100]!r} failed: {said or 'it does not say why'}")
        if answer.structured_content is not None:
            return answer.structured_content
        return items[0] if len(items) == 1 else items


def _value(item: dict[str, Any]) -> Any:
    """Return what an item of a result is: a text as the value that it is, where it is JSON."""
    if item.get("type") != "text":
        return item
    text = str(item.get("text", ""))
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(text: str) -> Any:
    raise ValueError(text)


@asynccontextmanager
async def _client(url: str, secrets: HeadersFor | None) -> AsyncIterator["Client"]:
    """Have a client of the server, on connections of its own or with a program of its own."""
    name = mcpcommands.name_in(url)
    most = min(MOST_BYTES, configured().limits.max_bytes)
    opening = _by_http(url, secrets) if name is None else mcpcommands.client_of(name, most)
    async with opening as client:
        yield client


@asynccontextmanager
async def _by_http(url: str, secrets: HeadersFor | None) -> AsyncIterator["Client"]:
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    instance = configured()
    limits: Limits = replace(
        instance.limits,
        max_bytes=min(MOST_BYTES, instance.limits.max_bytes),
        read_seconds=instance.limits.total_seconds or instance.limits.read_seconds,
        max_redirects=0,
    )
    guard = AsyncGuardedTransport(
        instance.policy, limits=limits, ca_file=instance.ca_file, proxy=instance.proxy
    )
    try:
        async with httpx2.AsyncClient(
            transport=_transport(guard, secrets),
            trust_env=False,
            timeout=None,
            headers={"User-Agent": instance.user_agent},
        ) as http:
            transport = streamable_http_client(
                url, http_client=http, max_sse_event_size=limits.max_bytes
            )
            async with Client(transport, cache=None) as client:
                yield client
    finally:
        await guard.aclose()


def _transport(guard: AsyncGuardedTransport, secrets: HeadersFor | None) -> Any:
    import httpx2

    from llm.wire import Body

    class Transport(httpx2.AsyncBaseTransport):
        """Sends what the client asks for along the guarded way."""

        async def handle_async_request(self, request: "httpx2.Request") -> "httpx2.Response":
            url = str(request.url)
            headers = [*request.headers.multi_items(), *(secrets(url) if secrets else {}).items()]
            answer = await guard.handle_async_request(
                httpx.Request(request.method, url, headers=headers, content=await request.aread())
            )
            assert isinstance(answer.stream, httpx.AsyncByteStream)
            return httpx2.Response(
                answer.status_code, headers=answer.headers.raw, stream=Body(answer.stream)
            )

    return Transport()


def _translated(error: BaseException) -> McpFailed | RequestFailed:
    """Return what the block raises for whatever went wrong."""
    cause = _cause(error)
    if isinstance(cause, EgressError):
        return RequestFailed(cause.message, code=failure(cause, "POST").code)
    if isinstance(cause, TimeoutError):
        return McpFailed("The MCP server did not answer in time.")
    said = " ".join(str(cause).split())[:LONGEST_REASON] or type(cause).__name__
    return McpFailed(f"The MCP server cannot be used: {said}")


def _cause(error: BaseException) -> BaseException:
    """Return the first thing that went wrong; the guard's word before any other."""
    leaves: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo and len(leaves) < 100:
        one = todo.pop(0)
        if isinstance(one, BaseExceptionGroup):
            todo += one.exceptions
        elif one is not None and one not in leaves:
            leaves.append(one)
            todo += [one.__cause__, one.__context__]
    return next((one for one in leaves if isinstance(one, EgressError)), leaves[0])
