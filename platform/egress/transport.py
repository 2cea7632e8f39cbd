"""httpx's way to our connections: checks each request, and measures what comes back."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import httpcore
import httpx

from egress.dialing import GuardedBackend
from egress.errors import AnswerUnreadable, EgressError, RequestTimedOut, UrlRefused
from egress.limits import CURRENT, Budget, Limits
from egress.policy import Policy
from egress.proxies import Proxy
from egress.resolving import Resolver, system_resolver
from egress.targets import target_of
from egress.unpacking import ACCEPTED, Unpacker, unpacker_for

BUDGET = "trellis.budget"
"""The extension of a request that carries its budget over all of its hops."""
MOST_CONNECTIONS = 10
IDLE_SECONDS = 15.0
BROKEN = (httpcore.TimeoutException, httpcore.ProtocolError, httpcore.NetworkError)
DESCRIBED_BY_US = frozenset({b"content-encoding", b"content-length"})


@lru_cache(maxsize=8)
def trust(ca_file: str = "") -> ssl.SSLContext:
    """Return whom TLS believes: certifi's list, and the instance's own authorities."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def prepared(request: httpx.Request, policy: Policy) -> httpcore.Request:
    """Return what goes out: made of the checked URL, and of nothing that could differ from it."""
    target = target_of(request.url)
    policy.check_target(target)
    place = target.origin.partition("://")[2]
    own = {b"host", b"accept-encoding"}
    headers = [(name, value) for name, value in request.headers.raw if name.lower() not in own]
    headers = [(b"Host", place.encode()), *headers, (b"Accept-Encoding", ACCEPTED.encode())]
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=target.scheme.encode(),
            host=target.host.encode(),
            port=target.port,
            target=request.url.raw_path,
        ),
        headers=headers,
        content=request.stream,
        # No other extension: `sni_hostname` would have TLS believe another name.
        extensions={"timeout": {}},
    )


def budget_of(request: httpx.Request, limits: Limits) -> Budget:
    """Return what is left for the request, which may be a hop of a longer way."""
    found = request.extensions.get(BUDGET)
    return found if isinstance(found, Budget) else Budget(limits)


@contextmanager
def charged(budget: Budget) -> Iterator[None]:
    """Have the connections that are used inside look at this budget."""
    token = CURRENT.set(budget)
    try:
        yield
    finally:
        CURRENT.reset(token)


def translated(error: Exception) -> EgressError:
    """Return our error for one of httpcore's."""
    if isinstance(error, httpcore.TimeoutException):
        return RequestTimedOut()
    if isinstance(error, httpcore.LocalProtocolError):
        return UrlRefused(f"The request cannot be sent: {error}.")
    return AnswerUnreadable(f"The host does not speak HTTP as it should: {error}.")


def answer(
    raw: httpcore.Response, body: httpx.SyncByteStream | httpx.AsyncByteStream
) -> httpx.Response:
    """Return the answer with what its body is once it is unpacked."""
    headers = raw.headers
    if any(name.lower() == b"content-encoding" for name, _ in headers):
        headers = [pair for pair in headers if pair[0].lower() not in DESCRIBED_BY_US]
    return httpx.Response(
        raw.status,
        headers=headers,
        stream=body,
        extensions={key: value for key, value in raw.extensions.items() if key != "network_stream"},
    )


def encoding_of(raw: httpcore.Response) -> str:
    """Return the answer's Content-Encoding."""
    values = [value for name, value in raw.headers if name.lower() == b"content-encoding"]
    return b",".join(values).decode("latin-1")


class GuardedTransport(httpx.BaseTransport):
    """A transport for any httpx.Client."""

    def __init__(
        self,
        policy: Policy,
        *,
        limits: Limits | None = None,
        ca_file: str = "",
        proxy: Proxy | None = None,
        resolver: Resolver = system_resolver,
    ) -> None:
        self.policy = policy
        self.limits = limits or Limits()
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust(ca_file),
            max_connections=MOST_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=GuardedBackend(policy, resolver=resolver, proxy=proxy),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        budget = budget_of(request, self.limits)
        outgoing = prepared(request, self.policy)
        try:
            with charged(budget):
                raw = self._pool.handle_request(outgoing)
        except BROKEN as error:
            raise translated(error) from None
        try:
            unpacker = unpacker_for(encoding_of(raw), budget)
        except EgressError:
            raw.close()
            raise
        return answer(raw, Body(raw, unpacker, budget))

    def close(self) -> None:
        self._pool.close()


class Body(httpx.SyncByteStream):
    """The answer's body, unpacked and measured."""

    def __init__(self, raw: httpcore.Response, unpacker: Unpacker, budget: Budget) -> None:
        self.raw = raw
        self.unpacker = unpacker
        self.budget = budget

    def __iter__(self) -> Iterator[bytes]:
        pieces = self.raw.iter_stream()
        while (piece := self._next(pieces)) is not None:
            yield from self.unpacker.feed(piece)
        self.unpacker.end()

    def _next(self, pieces: Iterator[bytes]) -> bytes | None:
        try:
            with charged(self.budget):
                return next(pieces, None)
        except BROKEN as error:
            raise translated(error) from None

    def close(self) -> None:
        self.raw.close()
