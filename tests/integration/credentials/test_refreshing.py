"""Access tokens that end are refreshed once, whoever needs them, and survive what breaks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.utils.timezone import now
from redis.exceptions import ConnectionError as RedisAway

from accounts.models import User
from credentials import refreshing, services
from credentials.errors import ProviderUnavailable, ReconnectNeeded
from credentials.models import Credential
from credentials.values import OAuth2Credentials
from tests.integration.credentials.test_connecting import connected
from tests.support.oauth2 import Server

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "https://api.example.org/"


def ended(row: Credential, ago: timedelta = timedelta(minutes=1)) -> None:
    """Let the access token be over."""
    Credential.objects.filter(pk=row.pk).update(access_until=now() - ago)


def token(owner: User, row: Credential) -> str:
    found = services.use(owner.pk, row.pk)
    assert isinstance(found, OAuth2Credentials)
    return found.token_for(HOST)


def in_a_thread(do: Any, *arguments: Any) -> Any:
    """Return what the function returns; its thread leaves no connection behind."""
    try:
        return do(*arguments)
    finally:
        connection.close()


def test_a_token_that_lasts_is_used_as_it_is(alice: User, provider: Server) -> None:
    row = connected(alice, provider)

    assert token(alice, row) == token(alice, row)
    assert provider.asked["refresh_token"] == 0


def test_one_without_an_end_is_never_refreshed(alice: User, provider: Server) -> None:
    provider.life = None
    row = connected(alice, provider)

    assert row.access_until is None
    assert token(alice, row) == row.secret()["access_token"]
    assert provider.asked["refresh_token"] == 0


def test_one_that_ended_gets_a_successor_that_stays(alice: User, provider: Server) -> None:
    row = connected(alice, provider)
    former = row.secret()
    ended(row)

    fresh = token(alice, row)

    row.refresh_from_db()
    assert fresh == row.secret()["access_token"] != former["access_token"]
    assert row.secret()["refresh_token"] in provider.good
    assert row.refreshing_until is None
    assert token(alice, row) == fresh
    assert provider.asked["refresh_token"] == 1


def test_of_many_at_once_one_asks(alice: User, provider: Server) -> None:
    row = connected(alice, provider)
    ended(row)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: in_a_thread(token, alice, row), range(8)))

    assert len(set(found)) == 1
    assert provider.asked["refresh_token"] == 1


def test_so_it_is_without_redis(alice: User, provider: Server) -> None:
    row = connected(alice, provider)
    ended(row)

    with (
        patch("credentials.refreshing.held", side_effect=RedisAway),
        ThreadPoolExecutor(4) as pool,
    ):
        found = list(pool.map(lambda _: in_a_thread(token, alice, row), range(4)))

    assert len(set(found)) == 1
    assert provider.asked["refresh_token"] == 1


def test_a_process_that_died_before_it_asked_holds_up_nobody_for_long(
    alice: User, provider: Server
) -> None:
    row = connected(alice, provider)
    ended(row)
    Credential.objects.update(refreshing_until=now() - timedelta(seconds=1))

    assert token(alice, row).startswith("access-")


def test_what_came_is_written_although_the_database_stumbles(alice: User, provider: Server) -> None:
    row = connected(alice, provider)
    ended(row)
    update = type(Credential.objects.all()).update
    stumbles = iter([OperationalError("gone away"), OperationalError("gone away")])

    def stumbling(rows: Any, **values: Any) -> int:
        if "sealed" in values and (error := next(stumbles, None)):
            raise error
        return update(rows, **values)

    with patch.object(type(Credential.objects.all()), "update", stumbling):
        fresh = token(alice, row)

    row.refresh_from_db()
    assert row.secret()["access_token"] == fresh
    assert row.secret()["refresh_token"] in provider.good


def test_a_refusal_for_good_asks_to_connect_again(alice: User, provider: Server) -> None:
    row = connected(alice, provider)
    ended(row)
    provider.good.clear()

    with pytest.raises(ReconnectNeeded, match="Connect it again"):
        token(alice, row)

    row.refresh_from_db()
    assert row.needs_reconnecting
    with pytest.raises(ReconnectNeeded):
        token(alice, row)
    assert provider.asked["refresh_token"] == 1
    connected(alice, provider)
    assert token(alice, row).startswith("access-")


@pytest.mark.parametrize("mood", ["broken", "page", "huge", "elsewhere", "nothing", "gone"])
def test_a_provider_that_is_not_well_changes_nothing(
    alice: User, provider: Server, mood: str
) -> None:
    row = connected(alice, provider)
    former = row.secret()
    ended(row)
    provider.mood = mood

    with pytest.raises(ProviderUnavailable):
        token(alice, row)

    row.refresh_from_db()
    assert (row.secret(), row.refused_at, row.refreshing_until) == (former, None, None)
    provider.mood = ""
    assert token(alice, row).startswith("access-")


def test_a_token_that_still_is_good_is_used_meanwhile(alice: User, provider: Server) -> None:
    row = connected(alice, provider)
    Credential.objects.update(access_until=now() + timedelta(seconds=50))
    provider.mood = "broken"

    assert token(alice, row) == row.secret()["access_token"]


def test_who_connects_again_meanwhile_wins(alice: User, provider: Server) -> None:
    row = connected(alice, provider)
    ended(row)
    provider.mood = "slow"
    found: list[str] = []
    thread = threading.Thread(
        target=in_a_thread, args=(lambda: found.append(token(alice, row)),), daemon=True
    )
    thread.start()
    assert provider.got_asked.wait(60)
    fresh = Credential.objects.get(pk=row.pk)
    fresh.put({"access_token": "access-by-hand", "refresh_token": "refresh-by-hand"})
    fresh.access_until = now() + timedelta(hours=1)
    fresh.save()

    provider.may_answer.set()
    thread.join(60)

    assert found == ["access-by-hand"]
    fresh.refresh_from_db()
    assert fresh.secret()["refresh_token"] == "refresh-by-hand"


def test_a_slow_provider_is_not_waited_for_without_end(
    alice: User, provider: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connected(alice, provider)
    ended(row)
    provider.mood = "slow"
    monkeypatch.setattr("credentials.wire.SECONDS", 0.2)

    with pytest.raises(ProviderUnavailable, match=r"was not done in 0\.2 seconds"):
        refreshing.fresh_secret(Credential.objects.get(pk=row.pk))
