"""Class: an address or a scheme that a header claims. Only a named proxy is believed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from quotas.windows import windows_at
from tests.support.webs import webs

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def answers(tmp_path: Path, trusted_proxies: str) -> Iterator[list[int]]:
    """Yield how three visitors were answered, each with an address of its own in the header."""
    windows_at(settings.REDIS_URL).reset()
    limits = {"RATE_LIMITS": "on", "RATE_READS": "1/day per address"}
    with webs(1, tmp_path, trusted_proxies=trusted_proxies, **limits) as [url]:
        yield [
            httpx.get(
                f"{url}/api/v1/graphs/",
                headers={"X-Forwarded-For": f"198.51.{len(trusted_proxies)}.{number}"},
                timeout=120,
            ).status_code
            for number in range(3)
        ]


def test_a_visitor_cannot_claim_another_address(servers: None, db: None, tmp_path: Path) -> None:
    with answers(tmp_path, "") as found:
        assert found == [401, 429, 429]


def test_a_named_proxy_says_whose_request_it_is(servers: None, db: None, tmp_path: Path) -> None:
    with answers(tmp_path, "127.0.0.1") as found:
        assert found == [401, 401, 401]
