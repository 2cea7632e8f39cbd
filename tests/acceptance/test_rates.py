"""Rates under load: two web processes, 200 requests at once, keys and tokens of three people, strangers
at two addresses.

How many requests come at once decides nothing here: who counts too late lets more through, and who
counts one process apart from the other lets through twice as many.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from apikeys.services import issue
from quotas.windows import windows_at
from tests.support.webs import webs

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 200
PATIENCE = 120.0  # seconds
# The window is far longer than the test: it counts, and no clock decides.
RATES = "150/day per user, 100/day per key, 40/day per address"


@pytest.fixture
def urls(servers: None, db: None, tmp_path: Path) -> Iterator[list[str]]:
    windows_at(settings.REDIS_URL).reset()  # other tests have counted this address
    limits = {"RATE_LIMITS": "on", "RATE_READS": RATES}
    with webs(2, tmp_path, trusted_proxies="127.0.0.1", **limits) as found:
        yield found


async def ask_all(
    urls: list[str], crowd: list[tuple[str, dict[str, str]]]
) -> Counter[tuple[str, int]]:
    """Return how often each caller got which status."""
    turns = asyncio.Semaphore(AT_ONCE)
    places = cycle(urls)
    # A new connection for each: the server may just be closing one that was idle.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as client:

        async def ask(name: str, headers: dict[str, str], url: str) -> tuple[str, int]:
            async with turns:
                answer = await client.get(f"{url}/api/v1/graphs/?page_size=1", headers=headers)
            return name, answer.status_code

        calls = [ask(name, headers, next(places)) for name, headers in crowd]
        return Counter(await asyncio.gather(*calls))


def mixed(callers: dict[str, tuple[dict[str, str], int]]) -> list[tuple[str, dict[str, str]]]:
    """Return everybody's requests, in turns as far as they go."""
    rounds = max(times for _, times in callers.values())
    return [
        (name, headers)
        for turn in range(rounds)
        for name, (headers, times) in callers.items()
        if turn < times
    ]


def test_limits_hold_over_two_web_processes(
    urls: list[str], alice: User, bob: User, charlie: User
) -> None:
    callers = {
        "alice's first key": ({"X-API-Key": issue(alice, name="one")}, 200),
        "alice's second key": ({"X-API-Key": issue(alice, name="two")}, 200),
        "bob's key": ({"X-API-Key": issue(bob)}, 300),
        "charlie's token": ({"Authorization": f"Bearer {AccessToken.for_user(charlie)}"}, 300),
        "strangers here": ({"X-Forwarded-For": "198.51.100.1"}, 60),
        "a wrong key here": ({"X-Forwarded-For": "198.51.100.1", "X-API-Key": "trls_wrong"}, 60),
        "strangers there": ({"X-Forwarded-For": "203.0.113.1"}, 60),
    }

    answers = asyncio.run(ask_all(urls, mixed(callers)))

    passed = Counter[str]()
    for (name, status), times in answers.items():
        assert status in {200, 401, 429}
        if status != 429:
            passed[name] += times
    assert passed["alice's first key"] + passed["alice's second key"] == about(150)
    assert max(passed["alice's first key"], passed["alice's second key"]) <= 102
    assert passed["bob's key"] == about(100)
    assert passed["charlie's token"] == about(150)
    assert passed["strangers here"] + passed["a wrong key here"] == about(40)
    assert passed["strangers there"] == about(40)
    assert sum(answers.values()) == sum(times for _, times in callers.values())


def about(amount: int) -> object:
    """Return what is equal to the amount and to what is within 2 % of it."""
    return pytest.approx(amount, rel=0.02)
