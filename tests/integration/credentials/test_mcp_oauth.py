"""MCP servers that want OAuth: found out, registered at, connected, used, refreshed and revoked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils.timezone import now

from accounts.models import User
from agents.executions.mcpcalls import RunMcp
from blocks.library.web_requests import headers_of
from blocks.sdk.mcp import McpFailed
from credentials import connecting, services
from credentials.errors import (
    InvalidCredentials,
    InvalidOAuthState,
    ProviderNotSetUp,
    ProviderUnavailable,
)
from credentials.models import Credential, OAuthState
from credentials.values import OAuth2Credentials, WrongHost
from tests.support.mcp_oauth import SCOPE, Accounts, allow, guarded
from tests.support.mcp_servers import listening, serving
from tests.support.webhosts import reply
from tests.support.webworlds import allowed_host

pytestmark = pytest.mark.django_db
BACK = "http://testserver/account/credentials/callback/"


@contextmanager
def server(accounts: Accounts, **options: Any) -> Iterator[str]:
    listener = listening()
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with serving(guarded(accounts, origin, **options), listener) as url:
        yield url


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


@pytest.fixture
def url(accounts: Accounts, servers: None) -> Iterator[str]:
    with server(accounts) as found:
        yield found


def begin(owner: User, url: str, **more: Any) -> connecting.Journey:
    return connecting.begin(owner, "mcp", session="one", redirect_uri=BACK, server_url=url, **more)


def finish(owner: User, journey: connecting.Journey, **changed: str) -> Credential:
    brought = allow(journey.login_url) | changed
    return connecting.finish(
        owner,
        "mcp",
        session="one",
        code=brought["code"],
        state_token=brought["state"],
        iss=brought.get("iss", ""),
    )


def connected(owner: User, url: str) -> Credential:
    return finish(owner, begin(owner, url))


def used(owner: User, row: Credential) -> OAuth2Credentials:
    found = services.use(owner.pk, row.pk)
    assert isinstance(found, OAuth2Credentials)
    return found


class TestTheWay:
    def test_is_found_out_and_leads_there_with_pkce_for_that_server(
        self, alice: User, url: str, accounts: Accounts
    ) -> None:
        asked = parse_qs(urlsplit(begin(alice, url).login_url).query)

        [client] = accounts.clients.values()
        assert (client.client_name, [str(one) for one in client.redirect_uris or ()]) == (
            "Trellis",
            [BACK],
        )
        assert asked["client_id"] == [client.client_id]
        assert asked["resource"] == [url]
        assert asked["scope"] == [SCOPE]
        assert asked["code_challenge_method"] == ["S256"]

    def test_ends_with_a_credential_that_opens_the_server_and_no_other_one(
        self, alice: User, url: str, accounts: Accounts
    ) -> None:
        with pytest.raises(McpFailed):
            RunMcp().tools(url)

        row = connected(alice, url)

        key = used(alice, row)
        assert [tool.name for tool in RunMcp().tools(url, secrets=headers_of(key))] == ["secret"]
        assert RunMcp().call(url, "secret", {}, secrets=headers_of(key)) == "open sesame"
        assert (row.base_url, row.host) == (url, urlsplit(url).netloc)
        assert row.title == f"MCP server ({row.host})"
        assert accounts.resources == [url]
        with pytest.raises(WrongHost):
            key.headers_for("http://127.0.0.1:1/mcp")

    def test_is_refreshed_at_the_same_server(
        self, alice: User, url: str, accounts: Accounts
    ) -> None:
        row = connected(alice, url)
        former = row.secret()
        Credential.objects.update(access_until=now() - timedelta(seconds=1))

        key = used(alice, row)

        assert RunMcp().call(url, "secret", {}, secrets=headers_of(key)) == "open sesame"
        row.refresh_from_db()
        assert row.secret()["access_token"] != former["access_token"]
        assert row.secret()["way"] == former["way"]
        assert accounts.resources == [url, url]

    def test_is_revoked_with_the_credential(
        self, alice: User, url: str, accounts: Accounts
    ) -> None:
        row = connected(alice, url)
        refresh = row.secret()["refresh_token"]

        assert services.delete(row) is True

        assert accounts.revoked == [refresh]

    def test_again_renews_the_credential(self, alice: User, url: str) -> None:
        row = connected(alice, url)
        Credential.objects.update(refused_at=now())

        again = finish(alice, begin(alice, "", replaces=row))

        assert (again.pk, again.refused_at) == (row.pk, None)
        assert used(alice, again)

    def test_of_a_server_that_takes_in_no_strangers_needs_an_administrator(
        self, alice: User, accounts: Accounts, settings: Any
    ) -> None:
        with server(accounts, takes_strangers=False) as url:
            with pytest.raises(ProviderNotSetUp, match="OAUTH_CLIENTS"):
                begin(alice, url)
            name = f"mcp:{urlsplit(url).netloc}"
            known = {"client_id": "trellis", "client_secret": "planted-secret"}
            settings.OAUTH_CLIENTS = {name: known}

            asked = parse_qs(urlsplit(begin(alice, url).login_url).query)

        assert asked["client_id"] == ["trellis"]


class TestTheAnswer:
    @pytest.mark.parametrize("issuer", ["https://evil.example", "http://127.0.0.1:1"])
    def test_of_another_issuer_is_refused(self, alice: User, url: str, issuer: str) -> None:
        with pytest.raises(InvalidOAuthState):
            finish(alice, begin(alice, url), iss=issuer)

        assert not Credential.objects.exists()
        assert not OAuthState.objects.exists()

    def test_tells_nothing_of_what_was_found_out(self, alice: User, url: str) -> None:
        begin(alice, url)

        [row] = OAuthState.objects.values()
        assert b"way" not in bytes(row["sealed"])


@pytest.mark.parametrize(
    "url", ["", "mcp.example.org", "stdio:local", "https://a:b@c.example/", "https://*.example/x"]
)
def test_what_is_no_address_is_refused(alice: User, url: str) -> None:
    with pytest.raises(InvalidCredentials) as refused:
        begin(alice, url)

    assert [one.attr for one in refused.value.errors] == ["server_url"]
    assert not OAuthState.objects.exists()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/mcp", "http://169.254.169.254/mcp"])
def test_a_private_server_is_not_asked(alice: User, url: str) -> None:
    with pytest.raises(ProviderUnavailable):
        begin(alice, url)


JSON = {"Content-Type": "application/json"}
ELSEWHERE = (
    b'{"resource": "https://other.example/mcp", "authorization_servers": ["https://evil.example"]}'
)


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"{}", b"x" * 300_000, ELSEWHERE],
    ids=["cut", "list", "empty", "huge", "other"],
)
def test_a_server_that_tells_nonsense_is_refused(alice: User, servers: None, body: bytes) -> None:
    with (
        allowed_host(lambda asked: reply(body, headers=JSON)) as host,
        pytest.raises(ProviderUnavailable),
    ):
        begin(alice, f"{host.url}/mcp")

    assert not OAuthState.objects.exists()


def test_the_page_asks_for_the_server_and_sends_people_there(alice: User, url: str) -> None:
    browser = Client()
    browser.force_login(alice)
    where = "/account/credentials/connect/mcp/"

    empty = browser.get(where)
    refused = browser.post(where, {"server_url": "nowhere"})
    sent = browser.post(where, {"server_url": url})
    back = browser.get("/account/credentials/callback/", allow(sent.context["address"]))

    assert b"Address" in empty.content
    assert refused.status_code == 400
    assert "Give the server&#x27;s address" in refused.content.decode()
    assert back.status_code == 302
    assert Credential.objects.get().base_url == url
