"""The feed of a shared run: a WebSocket that says that something changed, and not what.

Its page then asks for what the link shows. So nothing of the run can get out here that the page
would not show, and nothing of any other run is heard at all.
"""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer

from agents.executions.consumers import INVALID_TOKEN, MISSING_TOKEN
from agents.executions.models import Share
from agents.executions.publisher import bells, execution_group
from agents.executions.sharing import ShareCredential, find_shared
from agents.executions.watching import end_tasks, in_thread
from apikeys.websocket import SUBPROTOCOL, Gate
from kernel.api.access import ANYONE, Access
from kernel.jsontypes import NotJSON, dumps, loads
from kernel.standing import watched

SHARE = f"{SUBPROTOCOL}.share."
PAUSE = 0.5  # seconds between two messages


class SharedFeed(AsyncWebsocketConsumer):
    """Somebody's watch over the run that a secret link shows, as long as the link does."""

    channel_layer_alias = ""  # none: bells are heard directly
    access: Mapping[str, Access] = {"heartbeat": ANYONE}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.token = next(
            (one for one in scope.get("subprotocols", ()) if one.startswith(SHARE)), ""
        ).removeprefix(SHARE)
        self.share = await _find(self.token)
        self.tasks: list[asyncio.Task[None]] = []
        credential = ShareCredential(self.share.pk) if self.share else None
        gate: Any = Gate(send)
        async with watched(credential, gate.close):
            try:
                await super().__call__(scope, receive, gate.send)
            finally:
                await end_tasks(self.tasks)

    async def connect(self) -> None:
        await self.accept()
        if self.share is None:
            await self.close(INVALID_TOKEN if self.token else MISSING_TOKEN)
            return
        rung = asyncio.Event()
        run = self.share.execution_id
        self.tasks = [
            asyncio.create_task(_listen(run, rung)),
            asyncio.create_task(self._tell(run, rung)),
        ]

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.share is None:
            return  # it has been closed, and spoke before it heard
        try:
            message = loads(text_data or "")
        except NotJSON:
            message = None
        if isinstance(message, dict) and message.get("method") == "heartbeat":
            await self._send("heartbeat", data="pong", success=True)
        else:
            error = "Message type is not processed by the server"
            await self._send("error", success=False, error=error)

    async def _tell(self, run: UUID, rung: asyncio.Event) -> None:
        while True:
            await rung.wait()
            rung.clear()
            try:
                await self._send("changed", data={"id": str(run)})
            except OSError:
                return  # the client left
            await asyncio.sleep(PAUSE)

    async def _send(self, method: str, **members: Any) -> None:
        envelope = {"method": method, "data": None, "success": None, "channel": None, "error": None}
        await self.send(text_data=dumps(envelope | members))


async def _listen(run: UUID, rung: asyncio.Event) -> None:
    async for _ in bells(execution_group(run)):
        rung.set()


@in_thread
def _find(token: str) -> Share | None:
    return find_shared(token)
