"""Class 22: WebSockets. Where they come from, who is on them, and what they get."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.tokens import AccessToken
from apikeys import services, tickets
from kernel.access import Scope
from tests.security.sockets import FEED, lives, refused, session_of
from tests.support import runs
from tests.support.apikeys import Holder, key
from tests.support.graphs import calculator
from tests.support.sockets import Sockets

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("servers")]


def ticket_of(holder: Holder) -> str:
    status, answer = holder.ask("post", "auth/ticket/", {})
    assert (status, answer["expires_in"]) == (201, 60)
    return str(answer["ticket"])


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
