"""Limits of WebSockets: how many are opened and held, and how many messages come through one."""

import json
from typing import Any

import pytest

from accounts.models import User
from quotas import sockets
from tests.integration.quotas.conftest import Limit
from tests.support.sockets import Sockets

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_socket_too_many_closes_with_4429(
    alice: User, bob: User, socket: Sockets, settings: Any, limit: Limit
) -> None:
    limit(reads="10/minute per user")
    settings.MAX_SOCKETS_PER_USER = 2
    held = [await socket("/ws/v1/", user=alice) for _ in range(2)]
    for one in held:
        await one.ask("heartbeat")

    third = await socket("/ws/v1/", user=alice)
    other = await socket("/ws/v1/", user=bob)

    assert await third.closing_code() == 4429
    assert (await other.ask("heartbeat"))["data"] == "pong"
    assert (await held[0].ask("heartbeat"))["data"] == "pong"


async def test_a_place_is_free_when_a_socket_has_gone(
    alice: User, socket: Sockets, settings: Any, limit: Limit
) -> None:
    limit(reads="10/minute per user")
    settings.MAX_SOCKETS_PER_USER = 1
    first = await socket("/ws/v1/", user=alice)
    await first.close()

    second = await socket("/ws/v1/", user=alice)

    assert (await second.ask("heartbeat"))["data"] == "pong"


async def test_new_sockets_have_a_rate(alice: User, socket: Sockets, limit: Limit) -> None:
    limit(sockets="2/minute per user")
    for _ in range(2):
        await (await socket("/ws/v1/", user=alice)).close()

    third = await socket("/ws/v1/", user=alice)

    closed = await third.receive_output(30)
    assert closed["code"] == 4429
    assert closed["reason"].startswith("Too many new WebSockets. Try again in ")


async def test_who_talks_too_much_is_cut_off(
    alice: User, socket: Sockets, limit: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(reads="10/minute per user")
    monkeypatch.setattr(sockets, "MESSAGES", 3)
    one = await socket("/ws/v1/", user=alice)
    for _ in range(3):
        await one.ask("heartbeat")

    await one.say(json.dumps({"method": "heartbeat"}))

    assert await one.closing_code() == 4429
