"""WebSocket clients that always disconnect.

A socket left open keeps a database connection, and then the test database cannot be dropped.
"""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator

from accounts.models import User
from apikeys.services import issue

PATIENCE = 5.0  # seconds


class Socket(ApplicationCommunicator):
    """A connection. ``accepted`` says whether it was let in, ``code`` why not."""

    accepted: bool = False
    code: int | None = None
    subprotocol: str | None = None

    async def open(self) -> "Socket":
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(PATIENCE)
        self.accepted = answer["type"] == "websocket.accept"
        self.subprotocol = answer.get("subprotocol")
        self.code = None if self.accepted else answer.get("code", 1000)
        return self

    async def say(self, text: str) -> None:
        """Send one frame of text."""
        await self.send_input({"type": "websocket.receive", "text": text})

    async def ask(self, method: str, data: Any = None) -> dict[str, Any]:
        """Send one message of the protocol, and return the next one received."""
        await self.say(json.dumps({"method": method, "data": data}))
        return await self.receive()

    async def receive(self, timeout: float = PATIENCE) -> dict[str, Any]:
        """Return the next message."""
        frame = await self.receive_output(timeout)
        assert frame["type"] == "websocket.send", frame
        message: dict[str, Any] = json.loads(frame["text"])
        return message

    async def closing_code(self) -> int:
        """Return the code with which the server closes an accepted connection."""
        frame = await self.receive_output(PATIENCE)
        assert frame["type"] == "websocket.close", frame
        return int(frame["code"])

    async def close(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(PATIENCE)


class Sockets:
    """Opens sockets to an application, and closes all of them."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.opened: list[Socket] = []
        self.keys: dict[int, str] = {}  # one for each person: another would end the first

    async def __call__(
        self,
        path: str = "/ws/v1/",
        *,
        user: User | None = None,
        headers: dict[str, str] | None = None,
        subprotocols: Sequence[str] = (),
    ) -> Socket:
        """Connect; as the user, where one is given, with an API key of that user."""
        every = {"host": "localhost", **(headers or {})}
        if user is not None:
            if user.pk not in self.keys:
                self.keys[user.pk] = await sync_to_async(issue)(user)
            every["x-api-key"] = self.keys[user.pk]
        encoded = [(name.lower().encode(), value.encode()) for name, value in every.items()]
        scope = {
            "type": "websocket",
            "path": urlsplit(path).path,
            "query_string": urlsplit(path).query.encode(),
            "headers": encoded,
            "subprotocols": list(subprotocols),
        }
        socket = Socket(self.application, scope)
        self.opened.append(socket)
        return await socket.open()

    async def close(self) -> None:
        for socket in self.opened:
            await socket.close()
