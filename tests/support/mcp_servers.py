"""ASGI applications that are MCP servers, on loopback, which this instance allows meanwhile."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from django.conf import settings
from django.test import override_settings

from egress.policy import exemption
from tests.support.waiting import eventually


def listening() -> socket.socket:
    """Return a socket on a free port."""
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def serving(app: Any, listener: socket.socket | None = None) -> Iterator[str]:
    """Serve an application; yield the address of its MCP server."""
    listener = listener or listening()
    port = listener.getsockname()[1]
    config = uvicorn.Config(app, log_level="critical", lifespan="on", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    eventually(lambda: server.started)
    allowed = (exemption(f"127.0.0.1:{port}"),)
    try:
        with override_settings(EGRESS={**settings.EGRESS, "allowed": allowed}):
            yield f"http://127.0.0.1:{port}/mcp"
    finally:
        server.should_exit = True
        thread.join()
