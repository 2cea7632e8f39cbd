"""The guarded way out, as the model libraries want it: a transport of httpx2.

They speak httpx2; the guard (`egress`) is of httpx. A request passes from one to the other here. A secret
goes along from here only, to the route's own origin: no client of a library ever holds it.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import httpx2

from egress import AsyncGuardedTransport, Limits, UrlRefused
from egress.settings import configured
from llm.routes import Route

SILENCE = 300.0  # seconds: a model may think for long before its first word
MOST_BYTES = 32 * 1024 * 1024
SECRET = frozenset({"authorization", "x-api-key", "api-key", "x-goog-api-key"})
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Way:
    """One call's way out."""

    route: Route
    transport: AsyncGuardedTransport


CURRENT: ContextVar[Way] = ContextVar("llm_way")


@asynccontextmanager
async def way_to(route: Route, seconds: float) -> AsyncIterator[None]:
    """Let requests that are made inside go to the route's address, and nowhere else.

    Each call has connections of its own, so that none of one person's serves another.
    """
    instance = configured()
    policy = instance.policy
    if route.is_instance:
        parts = urlsplit(route.base_url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        policy = policy.allowing(f"{host}:{parts.port or PORTS[parts.scheme]}")
    transport = AsyncGuardedTransport(
        policy,
        limits=Limits(
            connect_seconds=instance.limits.connect_seconds,
            read_seconds=min(SILENCE, seconds),
            total_seconds=seconds,
            max_bytes=MOST_BYTES,
            max_redirects=0,
        ),
        ca_file=instance.ca_file,
        proxy=instance.proxy,
    )
    token = CURRENT.set(Way(route, transport))
    try:
        yield
    finally:
        CURRENT.reset(token)
        await transport.aclose()


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends what a model library asks for along the present call's way."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        way = CURRENT.get()
        url = str(request.url)
        if _origin(url) != _origin(way.route.base_url):
            raise UrlRefused("A model library asked another host than the model's.")
        answer = await way.transport.handle_async_request(
            httpx.Request(
                request.method,
                url,
                headers=list(_headers(request.headers, way.route.headers(url))),
                content=await request.aread(),
            )
        )
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers.raw,
            stream=Body(answer.stream),
            extensions={
                name: value for name, value in answer.extensions.items() if name == "reason_phrase"
            },
        )


class Body(httpx2.AsyncByteStream):
    """The answer's body, as it comes."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self.stream = stream
        self.pieces = aiter(stream)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self.pieces:  # a library may look a second time whether all was read
            yield piece

    async def aclose(self) -> None:
        await self.stream.aclose()


def client() -> httpx2.AsyncClient:
    """Return a client for a model library. It takes nothing from the environment."""
    return httpx2.AsyncClient(
        transport=GuardedTransport(), trust_env=False, follow_redirects=False, timeout=None
    )


def _headers(given: httpx2.Headers, secret: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what a library sends, without what it takes for secrets, and then the secrets."""
    for name, value in given.multi_items():
        if name.lower() not in SECRET and not name.lower().startswith("openai-"):
            yield name, value
    yield from secret.items()


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)
