"""The client that programs use: an httpx.Client whose every request is guarded."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
from httpx import USE_CLIENT_DEFAULT

from egress.limits import Budget, Limits, Stop, never
from egress.policy import Policy
from egress.proxies import Proxy
from egress.redirects import check_count, next_hop, unreadable_redirect
from egress.resolving import Resolver, system_resolver
from egress.settings import configured
from egress.targets import parse_url
from egress.transport import BUDGET, GuardedTransport


class Client(httpx.Client):
    """An httpx.Client for addresses that somebody else chose.

    It follows redirects unless told otherwise, each hop checked anew; takes nothing from the
    environment; and ends with its limits, or when `stop` says so. Without a policy it has the
    instance's. Its errors are EgressErrors. `secrets` returns the headers that may go to an
    address, and is asked at each hop: nothing else that is secret goes to another origin.
    """

    def __init__(
        self,
        *,
        policy: Policy | None = None,
        limits: Limits | None = None,
        stop: Stop = never,
        proxy: Proxy | None = None,
        resolver: Resolver = system_resolver,
        follow_redirects: bool = True,
        secrets: Callable[[str], Mapping[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        instance = configured()
        self.egress_limits = limits or instance.limits
        self._stop = stop
        self._secrets = secrets
        super().__init__(
            transport=GuardedTransport(
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

    def send(
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
        response = self._hop(request, auth)
        try:
            while follow and response.next_request is not None:
                response.close()
                history.append(response)
                check_count(len(history), self.egress_limits)
                following, same = next_hop(response.request, response.next_request)
                response = self._hop(following, auth if same else None)
            response.history = history
            if not stream:
                response.read()
        except BaseException:
            response.close()
            raise
        return response

    def _hop(self, request: httpx.Request, auth: Any) -> httpx.Response:
        if self._secrets is not None:
            request.headers.update(self._secrets(str(request.url)))
        try:
            return super().send(request, stream=True, auth=auth, follow_redirects=False)
        except (httpx.InvalidURL, httpx.RemoteProtocolError) as error:
            raise unreadable_redirect(error) from None
