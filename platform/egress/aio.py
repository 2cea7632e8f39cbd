"""The same guard for tasks of asyncio: model clients and MCP want an httpx.AsyncClient."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpcore
import httpx
from httpx import USE_CLIENT_DEFAULT

from egress.errors import ConnectionFailed, EgressError, UrlRefused
from egress.limits import Budget, Limits, Stop, current, never
from egress.policy import Policy
from egress.proxies import Proxy, tunnel_async
from egress.redirects import check_count, next_hop, unreadable_redirect
from egress.resolving import Resolver, addresses_to_dial_async, system_resolver
from egress.settings import configured
from egress.targets import parse_url
from egress.transport import (
    BROKEN,
    BUDGET,
    IDLE_SECONDS,
    answer,
    budget_of,
    charged,
    encoding_of,
    prepared,
    translated,
    trust,
)
from egress.unpacking import Unpacker, unpacker_for

MOST_CONNECTIONS = 200  # of one client: calls to a model go out beside each other


@asynccontextmanager
async def within(budget: Budget) -> AsyncIterator[None]:
    """End what runs inside when the budget is used up; errors come out as ours."""
    try:
        async with asyncio.timeout(budget.seconds(None)):
            with charged(budget):
                yield
    except TimeoutError:
        raise budget.too_late() from None
    except BROKEN as error:
        raise translated(error) from None


class AsyncGuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to hosts that the policy allows, directly or through the instance's proxy."""

    def __init__(
        self,
        policy: Policy,
        *,
        resolver: Resolver = system_resolver,
        proxy: Proxy | None = None,
        inner: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self.policy = policy
        self.resolver = resolver
        self.proxy = proxy
        self.inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        seconds = current().limits.connect_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._reach(host, port)
        except (TimeoutError, httpcore.ConnectTimeout):
            raise ConnectionFailed(
                f"The host {host!r} did not answer on port {port} in {seconds:g} seconds."
            ) from None
        except httpcore.ConnectError as error:
            raise ConnectionFailed(
                f"The host {host!r} does not answer on port {port}: {error}."
            ) from None

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise UrlRefused("A socket of this machine may not be asked.")

    async def _reach(self, host: str, port: int) -> httpcore.AsyncNetworkStream:
        if self.proxy is not None and self.proxy.resolves:
            return await self._dial(host, port)
        found = await addresses_to_dial_async(
            host, port, policy=self.policy, resolver=self.resolver
        )
        for address in found[:-1]:
            try:
                return await self._dial(str(address), port)
            except (ConnectionFailed, httpcore.ConnectError):
                continue  # the next one may answer: a name has an address of each version
        return await self._dial(str(found[-1]), port)

    async def _dial(self, address: str, port: int) -> httpcore.AsyncNetworkStream:
        if self.proxy is None:
            return await self.inner.connect_tcp(address, port)
        stream = await self.inner.connect_tcp(self.proxy.host, self.proxy.port)
        try:
            await tunnel_async(stream, self.proxy, address, port)
        except BaseException:
            await stream.aclose()
            raise
        return stream


class AsyncGuardedTransport(httpx.AsyncBaseTransport):
    """A transport for any httpx.AsyncClient."""

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
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust(ca_file),
            max_connections=MOST_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=AsyncGuardedBackend(policy, resolver=resolver, proxy=proxy),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        budget = budget_of(request, self.limits)
        outgoing = prepared(request, self.policy)
        # The backend's own streams keep the time of silence; the sync ones do it themselves.
        outgoing.extensions["timeout"] = {
            "read": budget.limits.read_seconds,
            "write": budget.limits.read_seconds,
            "connect": budget.limits.connect_seconds,
        }
        async with within(budget):
            raw = await self._pool.handle_async_request(outgoing)
        try:
            unpacker = unpacker_for(encoding_of(raw), budget)
        except EgressError:
            await raw.aclose()
            raise
        return answer(raw, AsyncBody(raw, unpacker, budget))

    async def aclose(self) -> None:
        await self._pool.aclose()


class AsyncBody(httpx.AsyncByteStream):
    """The answer's body, unpacked and measured."""

    def __init__(self, raw: httpcore.Response, unpacker: Unpacker, budget: Budget) -> None:
        self.raw = raw
        self.unpacker = unpacker
        self.budget = budget

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = self.raw.aiter_stream()
        while True:
            async with within(self.budget):
                piece = await anext(pieces, None)
            if piece is None:
                break
            for part in self.unpacker.feed(piece):
                yield part
        self.unpacker.end()

    async def aclose(self) -> None:
        await self.raw.aclose()


class AsyncClient(httpx.AsyncClient):
    """An httpx.AsyncClient for addresses that somebody else chose; see `egress.Client`."""

    def __init__(
        self,
        *,
        policy: Policy | None = None,
        limits: Limits | None = None,
        stop: Stop = never,
        proxy: Proxy | None = None,
        resolver: Resolver = system_resolver,
        follow_redirects: bool = True,
        headers: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        instance = configured()
        self.egress_limits = limits or instance.limits
        self._stop = stop
        super().__init__(
            transport=AsyncGuardedTransport(
                policy or instance.policy,
                limits=self.egress_limits,
                ca_file=instance.ca_file,
                proxy=proxy or instance.proxy,
                resolver=resolver,
            ),
            trust_env=False,
            follow_redirects=follow_redirects,
            headers={"User-Agent": instance.user_agent, **(headers or {})},
            timeout=None,  # the budget keeps time, over all hops
            **kwargs,
        )

    def build_request(self, method: str, url: httpx.URL | str, **kwargs: Any) -> httpx.Request:
        if not self.base_url.host and isinstance(url, str):
            url = parse_url(url)
        return super().build_request(method, url, **kwargs)

    async def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,
        auth: Any = USE_CLIENT_DEFAULT,
        follow_redirects: Any = USE_CLIENT_DEFAULT,
    ) -> httpx.Response:
        given = follow_redirects is not USE_CLIENT_DEFAULT
        follow = follow_redirects if given else self.follow_redirects
        request.extensions = {**request.extensions, BUDGET: Budget(self.egress_limits, self._stop)}
        history: list[httpx.Response] = []
        response = await self._hop(request, auth)
        try:
            while follow and response.next_request is not None:
                await response.aclose()
                history.append(response)
                check_count(len(history), self.egress_limits)
                following, same = next_hop(response.request, response.next_request)
                response = await self._hop(following, auth if same else None)
            response.history = history
            if not stream:
                await response.aread()
        except BaseException:
            await response.aclose()
            raise
        return response

    async def _hop(self, request: httpx.Request, auth: Any) -> httpx.Response:
        try:
            return await super().send(request, stream=True, auth=auth, follow_redirects=False)
        except (httpx.InvalidURL, httpx.RemoteProtocolError) as error:
            raise unreadable_redirect(error) from None
