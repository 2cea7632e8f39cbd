"""Hosts of the web on this machine, as well or badly behaved as a test wants."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from egress.addresses import Address
from egress.policy import Policy


@dataclass
class Asked:
    """One request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    host: "WebHost"


@dataclass
class WebHost:
    """A running host: where it is, and what it was asked."""

    address: str
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Return its address on the web."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host}:{self.port}"

    @property
    def policy(self) -> Policy:
        """Return a policy that allows this host and nothing else beside the public internet."""
        return Policy().allowing(self.url.removeprefix("http://"))


Answer = Callable[[Asked], bytes | Iterable[bytes]]


def reply(
    body: bytes = b"",
    *,
    status: str = "200 OK",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Return a whole answer."""
    named = {"Content-Length": str(len(body)), "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def redirect(location: str, *, status: str = "302 Found", **headers: str) -> bytes:
    """Return an answer that sends to another place."""
    return reply(status=status, headers={"Location": location, **headers})


def slowly(asked: Asked, *pieces: bytes) -> Iterator[bytes]:
    """Yield the pieces, then a byte now and then until nobody listens any more."""
    yield from pieces
    while not asked.host.closing.wait(0.02):
        yield b"x"


def endlessly(asked: Asked, first: bytes, piece: bytes) -> Iterator[bytes]:
    """Yield one piece after another until nobody listens any more."""
    yield first
    while not asked.host.closing.is_set():
        yield piece


@contextmanager
def web_host(
    answer: Answer, *, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[WebHost]:
    """Run a host that gives this answer to each request."""
    host = WebHost(address)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            host.connections += 1
            try:
                if tls is None:
                    self.answer(self.request)
                else:
                    with tls.wrap_socket(self.request, server_side=True) as link:
                        self.answer(link)
            except (OSError, ssl.SSLError):
                return  # the client went away

        def answer(self, link: socket.socket) -> None:
            with link.makefile("rb") as reader:
                while (asked := _read(reader, host)) is not None:
                    host.asked.append(asked)
                    given = answer(asked)
                    for piece in [given] if isinstance(given, bytes) else given:
                        link.sendall(piece)
                    if not (isinstance(given, bytes) and b"Connection: keep-alive" in given):
                        return

    class Server(socketserver.ThreadingTCPServer):
        address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        allow_reuse_address = True
        daemon_threads = True
        request_queue_size = 256

    with Server((address, port), Handler) as server:
        host.port = int(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield host
        finally:
            host.closing.set()
            server.shutdown()


def _read(reader: Any, host: WebHost) -> Asked | None:
    first = reader.readline().decode("latin-1").split()
    if len(first) < 2:
        return None
    headers = {}
    while line := reader.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b""
        while size := int(reader.readline(), 16):
            body += reader.read(size)
            reader.readline()
        reader.readline()
    else:
        body = reader.read(int(headers.get("content-length", 0)))
    return Asked(first[0], first[1], headers, body, host)


@dataclass
class Names:
    """A resolver of a test's own: each name has answers that follow each other; the last stays."""

    answers: dict[str, list[str | list[str]]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append(host)
        known = self.answers.get(host)
        if known is None:
            raise OSError("no such host")
        found = known.pop(0) if len(known) > 1 else known[0]
        return [ip_address(one) for one in ([found] if isinstance(found, str) else found)]
