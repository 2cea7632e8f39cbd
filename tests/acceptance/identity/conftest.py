"""An instance that another site's accounts can sign in to, and that lets one start few runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser

from tests.acceptance.browser import Visitor
from tests.acceptance.fixtures import running
from tests.acceptance.instances import Trellis
from tests.support import oidc
from tests.support.oidc import Provider

__all__ = ["running"]


@dataclass
class Configured(Trellis):
    more: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return super().environment() | self.more


@pytest.fixture(scope="package")
def provider() -> Iterator[Provider]:
    with oidc.provider() as found:
        yield found


@pytest.fixture(scope="package")
def trellis(
    running: Browser, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trellis]:
    settings = {
        "OIDC_CLIENT_ID": oidc.CLIENT,
        "OIDC_CLIENT_SECRET": oidc.SECRET,
        "OIDC_SERVER_URL": provider.url,
        "OIDC_NAME": "Our identity provider",
        "RATE_LIMITS": "on",
        "RATE_STARTS": "2/hour per key, 60/minute per address",
    }
    instance = Configured(tmp_path_factory.mktemp("instance") / "data", more=settings)
    try:
        instance.start()
        yield instance
        instance.end()
    finally:
        instance.kill_everything()


@pytest.fixture
def stranger(running: Browser, trellis: Trellis) -> Iterator[Visitor]:
    """Somebody who has not signed in, and whose browser must have nothing to complain about."""
    visitor = Visitor(running, trellis)
    yield visitor
    visitor.leave()
    assert visitor.complaints == []
