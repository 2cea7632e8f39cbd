"""Connections to the very addresses that were checked; TLS stays on the name.

httpcore asks its network backend for a connection to a host. Ours looks the name up, checks what
it finds and connects to that, so there is no second look-up that could find something else. The
streams look at the request's budget at each step: a host that sends a byte a minute holds nobody.
"""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from egress.errors import ConnectionFailed, RequestTimedOut, UrlRefused
from egress.limits import current
from egress.policy import Policy
from egress.proxies import Proxy, tunnel
from egress.resolving import SLICE_SECONDS, Resolver, addresses_to_dial, system_resolver

WRITE_AT_ONCE = 256 * 1024


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to hosts that the policy allows, directly or through the instance's proxy."""

    def __init__(
        self,
        policy: Policy,
        *,
        resolver: Resolver = system_resolver,
        proxy: Proxy | None = None,
        inner: httpcore.NetworkBackend | None = None,
    ) -> None:
        self.policy = policy
        self.resolver = resolver
        self.proxy = proxy
        self.inner = inner or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if self.proxy is not None and self.proxy.resolves:
            return self._dial_proxy(self.proxy, host, port)
        found = addresses_to_dial(
            host, port, policy=self.policy, budget=current(), resolver=self.resolver
        )
        for address in found[:-1]:
            try:
                return self._dial(str(address), port)
            except ConnectionFailed:
                continue  # the next one may answer: a name has an address of each version
        return self._dial(str(found[-1]), port)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise UrlRefused("A socket of this machine may not be asked.")

    def _dial(self, address: str, port: int) -> httpcore.NetworkStream:
        if self.proxy is not None:
            return self._dial_proxy(self.proxy, address, port)
        return self._connect(address, port)

    def _dial_proxy(self, proxy: Proxy, host: str, port: int) -> httpcore.NetworkStream:
        stream = self._connect(proxy.host, proxy.port)
        try:
            tunnel(stream, proxy, host, port)
        except BaseException:
            stream.close()
            raise
        return stream

    def _connect(self, address: str, port: int) -> httpcore.NetworkStream:
        budget = current()
        seconds = budget.seconds(budget.limits.connect_seconds)
        try:
            return GuardedStream(self.inner.connect_tcp(address, port, timeout=seconds))
        except httpcore.ConnectTimeout:
            budget.seconds(None)
            raise ConnectionFailed(
                f"The host did not answer on port {port} in {seconds:g} seconds."
            ) from None
        except httpcore.ConnectError as error:
            raise ConnectionFailed(f"The host does not answer on port {port}: {error}.") from None


class GuardedStream(httpcore.NetworkStream):
    """A connection that ends with the budget of the request that uses it."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self.inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        budget = current()
        silence, most = 0.0, budget.limits.read_seconds if timeout is None else timeout
        while True:
            step = budget.seconds(min(SLICE_SECONDS, most)) or SLICE_SECONDS
            try:
                return self.inner.read(max_bytes, timeout=step)
            except httpcore.ReadTimeout:
                silence += step
                if silence >= most:
                    budget.seconds(None)
                    raise RequestTimedOut(f"The host was silent for {most:g} seconds.") from None
            except httpcore.ReadError as error:
                raise ConnectionFailed(f"The connection broke: {error}.") from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITE_AT_ONCE):
            budget = current()
            seconds = budget.seconds(budget.limits.read_seconds if timeout is None else timeout)
            try:
                self.inner.write(buffer[start : start + WRITE_AT_ONCE], timeout=seconds)
            except httpcore.WriteTimeout:
                raise RequestTimedOut("The host did not take what was sent to it.") from None
            except httpcore.WriteError as error:
                raise ConnectionFailed(f"The connection broke: {error}.") from None

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        budget = current()
        seconds = budget.seconds(budget.limits.connect_seconds)
        try:
            return GuardedStream(self.inner.start_tls(ssl_context, server_hostname, seconds))
        except httpcore.ConnectTimeout:
            raise RequestTimedOut("The host did not begin TLS in time.") from None
        except httpcore.ConnectError as error:
            raise ConnectionFailed(f"TLS with {server_hostname!r} failed: {error}.") from None

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)
