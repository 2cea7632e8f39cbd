"""The only way out for a browser: a proxy on loopback that connects through the guard.

The browser names a host for each connection, also after redirects and for what scripts ask; we look
it up, check it and connect to that very address. What is refused gets no answer at all. Time and
bytes are counted over all that a page fetches.
"""

import contextlib
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

from egress.dialing import GuardedBackend
from egress.errors import EgressError, UrlRefused
from egress.limits import Budget
from egress.policy import Policy
from egress.proxies import Proxy
from egress.targets import Target, target_of
from egress.transport import charged

LONGEST_HEAD = 64 * 1024
MOST_CONNECTIONS = 64
SLICE_SECONDS = 0.25
PIECE = 64 * 1024
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass
class Gate:
    """A running proxy. ``refused`` has why a host was not asked, by host."""

    policy: Policy
    proxy: Proxy | None
    budget: Budget
    port: int = 0
    received: int = 0
    refused: dict[str, EgressError] = field(default_factory=dict)
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MOST_CONNECTIONS)
    )
    closing: threading.Event = field(default_factory=threading.Event)

    def serve(self, link: socket.socket) -> None:
        """Carry one connection of the browser."""
        head, rest = _head(link)
        if not head:
            return
        target, first = _asked(head)
        try:
            stream = self._dial(target)
        except EgressError as error:
            self.refused[target.host] = error
            return
        other: socket.socket = stream.get_extra_info("socket")
        with contextlib.closing(stream):
            if first is None:
                link.sendall(ESTABLISHED)
            other.sendall((first or b"") + rest)
            self._carry(link, other)

    def _dial(self, target: Target) -> httpcore.NetworkStream:
        self.policy.check_target(target)
        backend = GuardedBackend(self.policy, proxy=self.proxy)
        with charged(self.budget):
            return backend.connect_tcp(target.host, target.port)

    def _carry(self, link: socket.socket, other: socket.socket) -> None:
        """Hand on what either side says, until one of them is done or too much was said."""
        ways = {link: other, other: link}
        while not self.closing.is_set():
            self.budget.seconds(None)
            for ready in select.select(list(ways), [], [], SLICE_SECONDS)[0]:
                piece = ready.recv(PIECE)
                if not piece:
                    return
                if ready is other:
                    self.received += len(piece)
                    self.budget.check_size(self.received)
                ways[ready].sendall(piece)


def _head(link: socket.socket) -> tuple[bytes, bytes]:
    """Return the head of a request, and what came behind it; nothing where there is no head."""
    found = b""
    while b"\r\n\r\n" not in found:
        piece = link.recv(PIECE)
        found += piece
        if not piece or len(found) > LONGEST_HEAD:
            return b"", b""
    head, _, rest = found.partition(b"\r\n\r\n")
    return head, rest


def _asked(head: bytes) -> tuple[Target, bytes | None]:
    """Return where the browser wants to go, and what to say there; None where it speaks itself.

    Raises UrlRefused.
    """
    first, *lines = head.split(b"\r\n")
    method, _, rest = first.partition(b" ")
    address, _, version = rest.rpartition(b" ")
    text = address.decode("latin-1")
    if method == b"CONNECT":
        return target_of(_url(f"https://{text}")), None
    url = _url(text)
    if url.scheme != "http":
        raise UrlRefused("A browser asks its proxy for http:// only.")
    kept = [line for line in lines if not line.lower().startswith((b"proxy-", b"connection:"))]
    said = b"\r\n".join(
        [b" ".join((method, url.raw_path, version)), *kept, b"Connection: close", b"", b""]
    )
    return target_of(url), said


def _url(text: str) -> httpx.URL:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL as error:
        raise UrlRefused(f"This is no address of the web: {error}.") from None


@contextmanager
def gate(policy: Policy, proxy: Proxy | None, budget: Budget) -> Iterator[Gate]:
    """Open the way out for one browser, and close it behind it."""
    found = Gate(policy, proxy, budget)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if not found.places.acquire(blocking=False):
                return
            link: Any = self.request
            link.settimeout(budget.limits.read_seconds)
            try:
                with contextlib.suppress(OSError, EgressError, httpcore.NetworkError):
                    found.serve(link)
            finally:
                found.places.release()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        found.port = int(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield found
        finally:
            found.closing.set()
            server.shutdown()
