"""Class 22: WebSockets. Where they come from, who is on them, what they get, and when they end."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache
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
from tests.support import runs
from tests.support.apikeys import Holder, key
from tests.support.graphs import calculator
from tests.support.sockets import Socket, Sockets
from tests.support.webs import webs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("servers")]
FEED = "/ws/v1/"


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the next look."""
    monkeypatch.setattr(standing, "EVERY", 0.05)


def session_of(user: User) -> str:
    """Return the cookie header of a browser in which the user has signed in."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def ticket_of(holder: Holder) -> str:
    status, answer = holder.ask("post", "auth/ticket/", {})
    assert (status, answer["expires_in"]) == (201, 60)
    return str(answer["ticket"])


async def refused(socket: Socket) -> int:
    """Return the code with which a socket is closed that was let in to hear why it is not."""
    assert socket.accepted
    return await socket.closing_code()


async def lives(socket: Socket) -> bool:
    answer = await socket.ask("heartbeat")
    return answer["success"] is True


class TestOrigin:
    async def test_another_site_s_page_gets_nowhere_whatever_it_brings(
        self, socket: Sockets, alice: User
    ) -> None:
        cookie = await sync_to_async(session_of)(alice)
        token = await sync_to_async(AccessToken.for_user)(alice)
        _, holder = await sync_to_async(key)(alice)
        ticket = await sync_to_async(ticket_of)(holder)
        for origin in ("https://evil.example", "null", "http://localhost.evil"):
            for path, headers in (
                (FEED, {"Cookie": cookie}),
                (f"{FEED}?token={token}", {}),
                (f"{FEED}?ticket={ticket}", {}),
                (FEED, {"X-API-Key": holder.text}),
            ):
                opened = await socket(path, headers={**headers, "Origin": origin})
                assert (opened.accepted, opened.code) == (False, 1000)

        # And it has not even used the ticket up.
        assert await lives(await socket(f"{FEED}?ticket={ticket}"))


class TestTickets:
    async def test_one_opens_one_socket_as_whoever_asked(
        self, socket: Sockets, alice: User
    ) -> None:
        _, holder = await sync_to_async(key)(alice)
        ticket = await sync_to_async(ticket_of)(holder)

        assert await lives(await socket(f"{FEED}?ticket={ticket}"))
        assert await refused(await socket(f"{FEED}?ticket={ticket}")) == 4003

    async def test_of_many_who_bring_it_at_once_one_is_let_in(
        self, socket: Sockets, alice: User
    ) -> None:
        _, holder = await sync_to_async(key)(alice)
        ticket = await sync_to_async(ticket_of)(holder)
        redeem = database_sync_to_async(tickets.redeem, thread_sensitive=False)

        found = await asyncio.gather(*(redeem(ticket) for _ in range(8)))

        assert len([one for one in found if one]) == 1

    def test_it_lasts_a_minute_and_is_not_kept_as_text(self, alice: User) -> None:
        _, holder = key(alice)
        ticket = ticket_of(holder)

        redis = cache._cache.get_client(None)  # type: ignore[attr-defined]
        places = [one for one in redis.scan_iter(match="*ticket:*") if redis.ttl(one) > 0]

        assert places
        assert all(0 < redis.ttl(one) <= 60 for one in places)
        assert not any(
            ticket.encode() in one or ticket.encode() in redis.get(one) for one in places
        )

    @pytest.mark.parametrize("text", ["", "x", "%00", "a" * 43])
    async def test_a_guess_opens_nothing(self, socket: Sockets, text: str) -> None:
        code = await refused(await socket(f"{FEED}?ticket={text}"))

        assert code == (4003 if text else 4001)

    async def test_it_may_do_what_its_key_may(self, socket: Sockets, alice: User) -> None:
        execution = await sync_to_async(runs.run)(alice, calculator(), Input=8)
        _, holder = await sync_to_async(key)(alice, Scope.READ_BLOCK)
        opened = await socket(f"{FEED}?ticket={await sync_to_async(ticket_of)(holder)}")

        answer = await opened.ask("subscribe_graph_execution", {"graph_exec_id": str(execution.pk)})

        assert (answer["success"], "`READ_GRAPH`" in answer["error"]) == (False, True)

    async def test_it_ends_with_the_key_for_which_it_was_made(
        self, socket: Sockets, alice: User
    ) -> None:
        row, holder = await sync_to_async(key)(alice)
        ticket = await sync_to_async(ticket_of)(holder)
        await sync_to_async(services.suspend)(row)

        assert await refused(await socket(f"{FEED}?ticket={ticket}")) == 4003

    async def test_a_socket_that_it_opened_ends_with_that_key(
        self, socket: Sockets, alice: User, often: None
    ) -> None:
        row, holder = await sync_to_async(key)(alice)
        opened = await socket(f"{FEED}?ticket={await sync_to_async(ticket_of)(holder)}")

        await sync_to_async(services.revoke)(row)

        assert await opened.closing_code() == 4003

    def test_a_session_and_a_token_get_one_too(self, alice: User) -> None:
        browser = Client()
        browser.force_login(alice)
        script = Client(headers={"Authorization": f"Bearer {AccessToken.for_user(alice)}"})

        for client in (browser, script):
            ticket = client.post("/api/v1/auth/ticket/").json()["ticket"]
            found = tickets.redeem(ticket)
            assert found is not None
            assert found.bearer() == alice

    def test_another_site_cannot_have_one_made(self, alice: User) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(alice)

        assert browser.post("/api/v1/auth/ticket/").status_code == 403


class TestWaysIn:
    async def test_a_subprotocol_carries_what_the_address_should_not(
        self, socket: Sockets, alice: User
    ) -> None:
        _, holder = await sync_to_async(key)(alice)
        token = await sync_to_async(AccessToken.for_user)(alice)
        ticket = await sync_to_async(ticket_of)(holder)
        for secret in (f"bearer.{holder.text}", f"bearer.{token}", f"ticket.{ticket}"):
            opened = await socket(subprotocols=["trellis", f"trellis.{secret}"])

            assert opened.subprotocol == "trellis"  # and the secret is not said back
            assert await lives(opened)

    async def test_the_authorization_header_does_it(self, socket: Sockets, alice: User) -> None:
        _, holder = await sync_to_async(key)(alice)
        token = await sync_to_async(AccessToken.for_user)(alice)
        for text in (holder.text, str(token)):
            assert await lives(await socket(headers={"Authorization": f"Bearer {text}"}))

    @pytest.mark.parametrize(
        ("headers", "subprotocols"),
        [
            ({"Authorization": "Bearer x"}, []),
            ({"Authorization": "Bearer "}, []),
            ({}, ["trellis", "trellis.bearer.x"]),
            ({}, ["trellis", "trellis.ticket.x"]),
            ({"X-API-Key": "x"}, []),
        ],
    )
    async def test_a_session_does_not_make_up_for_what_is_bad(
        self, socket: Sockets, alice: User, headers: dict[str, str], subprotocols: list[str]
    ) -> None:
        cookie = await sync_to_async(session_of)(alice)

        opened = await socket(headers={**headers, "Cookie": cookie}, subprotocols=subprotocols)

        assert await refused(opened) == 4003


class TestSubscriptions:
    async def test_nobody_else_s_run_or_agent_is_told(
        self, socket: Sockets, alice: User, bob: User
    ) -> None:
        execution = await sync_to_async(runs.run)(alice, calculator(), Input=8)
        agent = str(execution.graph_version.agent_id)
        opened = await socket(user=bob)
        for method, data in (
            ("subscribe_graph_execution", {"graph_exec_id": str(execution.pk)}),
            ("subscribe_graph_executions", {"graph_id": agent}),
        ):
            answer = await opened.ask(method, data)
            assert (answer["method"], answer["success"]) == ("error", False)
            assert "is not yours" in answer["error"]
        assert await lives(opened)  # and nothing of the run came in between

    async def test_the_group_of_somebody_else_is_not_joined_by_its_name(
        self, socket: Sockets, alice: User, bob: User
    ) -> None:
        execution = await sync_to_async(runs.run)(alice, calculator(), Input=8)
        opened = await socket(user=bob)
        name = f"{alice.pk}|graph_exec#{execution.pk}"

        answer = await opened.ask("subscribe_graph_execution", {"graph_exec_id": name})

        assert answer["error"] == "Invalid message data. Refer to the API schema"


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
