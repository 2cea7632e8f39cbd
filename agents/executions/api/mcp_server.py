"""Where clients of the Model Context Protocol find a person's agents (Streamable HTTP, stateless)."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User
from accounts.people import person
from agents.executions.mcpserver import server_for
from kernel.access import Scope
from kernel.api.access import needs

PASSED_ON = ("accept", "content-type", "mcp-protocol-version", "mcp-session-id")
PREFIXES = ("mcp-",)
LISTENS_WITHIN = 30  # seconds after which an answer that nobody reads is given up


class McpServerView(APIView):
    """Speaks the Model Context Protocol: the caller's agents are its tools."""

    access = {"post": needs(Scope.READ_GRAPH, Scope.EXECUTE_GRAPH)}

    @extend_schema(exclude=True)
    def post(self, request: Request) -> HttpResponseBase:
        """Answer one message of a client."""
        body = request._request.body
        if not _is_message(body):
            raise ParseError("This is no message of the Model Context Protocol.")
        exchange = Exchange(request, body, person(request))
        status, headers, whole = async_to_sync(exchange.begin)()
        answer: HttpResponseBase = (
            StreamingHttpResponse(exchange.pieces(), status=status)
            if whole is None
            else HttpResponse(whole, status=status)
        )
        for name in ("content-type", "mcp-session-id", "allow"):
            if name in headers:
                answer[name] = headers[name]
        answer["Cache-Control"] = "no-store"
        answer["X-Accel-Buffering"] = "no"
        return answer


def _is_message(body: bytes) -> bool:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.get("jsonrpc") == "2.0"


class Exchange:
    """One request of a client, handed to the official server, and its answer as it comes."""

    def __init__(self, request: Request, body: bytes, user: User) -> None:
        self.user = user
        self.is_heard = False
        self.body: bytes | None = body
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": "/mcp",
            "raw_path": b"/mcp",
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "http_version": "1.1",
            "server": ("localhost", 80),
            "client": None,
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
                for name, value in request.headers.items()
                if name.lower() in PASSED_ON or name.lower().startswith(PREFIXES)
            ],
        }
        self.sent: asyncio.Queue[Any]
        self.task: asyncio.Task[None]

    async def begin(self) -> tuple[int, dict[str, str], bytes | None]:
        """Return the status and the headers of the answer, and its body unless it is a stream."""
        self.sent = asyncio.Queue()
        self.gone = asyncio.Event()
        self.task = asyncio.create_task(self._serve())
        try:
            first = await self.sent.get()  # as late as the end, where nobody asked for progress
        except asyncio.CancelledError:
            await self._end()
            raise
        if first is None:
            await self.task
            raise RuntimeError("The MCP server gave no answer.")
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in first["headers"]}
        if not headers.get("content-type", "").startswith("text/event-stream"):
            return first["status"], headers, await self._whole()
        asyncio.get_running_loop().call_later(LISTENS_WITHIN, self._end_unheard)
        return first["status"], headers, None

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the answer's body; who stops listening ends what is done for it."""
        self.is_heard = True
        try:
            while (message := await self.sent.get()) is not None:
                if message.get("body"):
                    yield message["body"]
                if not message.get("more_body"):
                    break
        finally:
            await self._end()

    async def _end(self) -> None:
        self.gone.set()
        self.task.cancel()
        await asyncio.wait({self.task}, timeout=10)

    def _end_unheard(self) -> None:
        """End what is done for a client that was gone before it heard the first of it."""
        if not self.is_heard:
            self.gone.set()
            self.task.cancel()

    async def _whole(self) -> bytes:
        return b"".join([piece async for piece in self.pieces()])

    async def _serve(self) -> None:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        manager = StreamableHTTPSessionManager(server_for(self.user), stateless=True)
        try:
            async with manager.run():
                await manager.handle_request(self.scope, self._receive, self.sent.put)
        finally:
            self.sent.put_nowait(None)

    async def _receive(self) -> dict[str, Any]:
        if self.body is not None:
            body, self.body = self.body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}
