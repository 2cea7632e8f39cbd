"""Class 22: WebSockets. They end with what opened them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection, connections
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from rest_framework_simplejwt.tokens import AccessToken as AnyToken
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from accounts.models import User
from accounts.services import sign_out_everywhere
from accounts.tokens import AccessToken
from apikeys import services, tickets
from apikeys.models import ApiKey
from kernel import standing
from kernel.access import Scope
from tests.security.sockets import FEED, lives, refused, session_of
from tests.support import runs
from tests.support.apikeys import key
from tests.support.graphs import calculator
from tests.support.sockets import Sockets
from tests.support.webs import webs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("servers")]


Change = Callable[[User, ApiKey], object]


def _expire(user: User, row: ApiKey) -> None:
    ApiKey.objects.filter(pk=row.pk).update(expires_at=now())


def _end_of_grace(user: User, row: ApiKey) -> None:
    ApiKey.objects.filter(pk=row.pk).update(old_until=now() - timedelta(seconds=1))


KEY_ENDINGS: dict[str, Change] = {
    "revoked": lambda user, row: services.revoke(row),
    "suspended": lambda user, row: services.suspend(row),
    "expired": _expire,
    "rotated": lambda user, row: services.rotate(row),
    "narrowed": lambda user, row: services.change(row, scopes=[Scope.READ_BLOCK]),
    "deleted": lambda user, row: ApiKey.objects.filter(pk=row.pk).delete(),
    "its user deactivated": lambda user, row: User.objects.filter(pk=user.pk).update(
        is_active=False
    ),
}


def _new_password(user: User) -> None:
    user.set_password("another one")
    user.save()


def _lose_group(user: User) -> None:
    user.groups.clear()


PERSON_ENDINGS: dict[str, Callable[[User], object]] = {
    "signed out everywhere": sign_out_everywhere,
    "a new password": _new_password,
    "deactivated": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "no staff any more": lambda user: User.objects.filter(pk=user.pk).update(is_staff=False),
    "out of a group": _lose_group,
    "deleted": lambda user: User.objects.filter(pk=user.pk).delete(),
}


@pytest.mark.usefixtures("often")
class TestEnds:
    """What is open is closed with 4003; what others have open goes on."""

    @pytest.mark.parametrize("ending", KEY_ENDINGS)
    async def test_with_its_key(self, socket: Sockets, alice: User, bob: User, ending: str) -> None:
        row, holder = await sync_to_async(key)(alice)
        opened = await socket(headers={"X-API-Key": holder.text})
        other = await socket(user=bob)
        assert await lives(opened)

        await sync_to_async(KEY_ENDINGS[ending])(alice, row)

        assert await opened.closing_code() == 4003
        assert await lives(other)

    async def test_with_the_grace_of_a_rotation(self, socket: Sockets, alice: User) -> None:
        row, old = await sync_to_async(key)(alice)
        await sync_to_async(services.rotate)(row, grace=timedelta(hours=1))
        opened = await socket(headers={"X-API-Key": old.text})
        assert await lives(opened)

        await sync_to_async(_end_of_grace)(alice, row)

        assert await opened.closing_code() == 4003

    @pytest.mark.parametrize("ending", PERSON_ENDINGS)
    @pytest.mark.parametrize("way", ["session", "token"])
    async def test_with_its_person(
        self, socket: Sockets, alice: User, bob: User, way: str, ending: str
    ) -> None:
        alice.is_staff = True
        await alice.asave()
        await alice.groups.aadd(await Group.objects.acreate(name="Readers"))
        token = await sync_to_async(AccessToken.for_user)(alice)
        headers = {"Cookie": await sync_to_async(session_of)(alice)} if way == "session" else {}
        opened = await socket(FEED if headers else f"{FEED}?token={token}", headers=headers)
        other = await socket(user=bob)
        assert await lives(opened)

        await sync_to_async(PERSON_ENDINGS[ending])(alice)

        assert await opened.closing_code() == 4003
        assert await lives(other)

    async def test_with_its_session(self, socket: Sockets, alice: User) -> None:
        browser, elsewhere = Client(), await sync_to_async(session_of)(alice)
        await sync_to_async(browser.force_login)(alice)
        name = settings.SESSION_COOKIE_NAME
        opened = await socket(headers={"Cookie": f"{name}={browser.cookies[name].value}"})
        other = await socket(headers={"Cookie": elsewhere})
        assert await lives(opened)

        assert (await sync_to_async(browser.post)("/sign-out/")).status_code == 302

        assert await opened.closing_code() == 4003
        assert await lives(other)

    async def test_but_not_where_everything_else_is_signed_out(
        self, socket: Sockets, alice: User
    ) -> None:
        browser = Client()
        await sync_to_async(browser.force_login)(alice)
        name = settings.SESSION_COOKIE_NAME
        here = await socket(headers={"Cookie": f"{name}={browser.cookies[name].value}"})
        elsewhere = await socket(headers={"Cookie": await sync_to_async(session_of)(alice)})

        answer = await sync_to_async(browser.post)("/account/sessions/")

        assert answer.status_code == 302
        assert await elsewhere.closing_code() == 4003
        assert await lives(here)

    async def test_with_its_token_s_time(self, socket: Sockets, alice: User) -> None:
        token: AnyToken = await sync_to_async(AccessToken.for_user)(alice)
        token.set_exp(lifetime=timedelta(seconds=2))

        opened = await socket(f"{FEED}?token={token}")

        assert await refused(opened) == 4003

    async def test_nothing_is_told_after_that(self, socket: Sockets, alice: User) -> None:
        execution = await sync_to_async(runs.start)(alice, calculator(), Input=8)
        row, holder = await sync_to_async(key)(alice)
        opened = await socket(headers={"X-API-Key": holder.text})
        await opened.ask("subscribe_graph_execution", {"graph_exec_id": str(execution.pk)})
        for _ in range(2):
            await opened.receive()
        await sync_to_async(services.revoke)(row)
        assert await opened.closing_code() == 4003

        await sync_to_async(runs.run_to_end)(execution)
        await opened.say('{"method": "heartbeat"}')

        assert await opened.receive_nothing(timeout=0.5)

    async def test_a_stream_ends_too(self, alice: User) -> None:
        execution = await sync_to_async(runs.start)(alice, calculator(), Input=8)
        row, holder = await sync_to_async(key)(alice)
        answer: Any = await AsyncClient().get(
            f"/api/v1/executions/{execution.pk}/events/",
            headers={"Accept": "text/event-stream", "X-API-Key": holder.text},
        )
        content = aiter(answer.streaming_content)
        assert "graph_execution_event" in (await anext(content)).decode()

        await sync_to_async(services.revoke)(row)

        rest = [piece async for piece in content]  # to its end, though the run goes on
        await execution.arefresh_from_db()
        assert (execution.status, b"COMPLETED" in b"".join(rest)) == ("QUEUED", False)
        await sync_to_async(connections.close_all)()  # in tests, the end of a request does not


def test_a_look_costs_as_much_for_forty_as_for_one(alice: User) -> None:
    def credentials(number: int) -> list[standing.Credential]:
        found: list[standing.Credential] = []
        for index in range(number):
            _, holder = key(alice, name=f"{number}-{index}")
            client = Client()
            client.force_login(alice)
            for asker in (client, holder.client):
                credential = tickets.redeem(asker.post("/api/v1/auth/ticket/").json()["ticket"])
                assert credential
                found.append(credential)
        return found

    counts = []
    for number in (1, 20):
        some = credentials(number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert standing.holding(some) == set(some)
        counts.append(len(queries))

    assert counts == [3, 3]  # keys, people, sessions


def test_a_real_server_closes_the_socket_of_a_revoked_key(alice: User, tmp_path: Path) -> None:
    row, holder = key(alice)
    with webs(1, tmp_path) as [url]:
        address = url.replace("http", "ws") + FEED
        with connect(address, additional_headers={"X-API-Key": holder.text}) as client:
            client.send('{"method": "heartbeat"}')
            assert '"pong"' in str(client.recv(timeout=60))

            services.revoke(row)

            with pytest.raises(ConnectionClosed) as closed:
                client.recv(timeout=60)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4003
