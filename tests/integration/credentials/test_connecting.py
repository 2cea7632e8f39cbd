"""Accounts are connected by who began it, in the session in which it was begun, once (class 33)."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils.timezone import now

from accounts.models import User
from audit.models import Entry
from credentials import connecting, services
from credentials.errors import (
    InvalidCredentials,
    InvalidOAuthState,
    OAuthRefused,
    ProviderUnavailable,
)
from credentials.models import STATE_STAYS, Credential, OAuthState
from credentials.values import OAuth2Credentials
from tests.support.oauth2 import CLIENT, NAME, Server

pytestmark = pytest.mark.django_db
BACK = "http://testserver/account/credentials/callback/"


def begin(owner: User, *, session: str = "one", **more: Any) -> connecting.Journey:
    return connecting.begin(owner, NAME, session=session, redirect_uri=BACK, **more)


def finish(owner: User, state: str, code: str, *, session: str = "one") -> Credential:
    return connecting.finish(owner, NAME, code=code, state_token=state, session=session)


def connected(owner: User, provider: Server, **more: Any) -> Credential:
    journey = begin(owner, **more)
    return finish(owner, journey.state_token, provider.allow(journey.login_url))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestTheWay:
    def test_leads_to_the_provider_with_pkce_and_an_exact_way_back(
        self, alice: User, provider: Server
    ) -> None:
        url = urlsplit(begin(alice, scopes=["write"]).login_url)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}

        assert f"{url.scheme}://{url.netloc}{url.path}" == f"{provider.url}/authorize"
        assert asked["response_type"] == "code"
        assert asked["client_id"] == "trellis"
        assert asked["redirect_uri"] == BACK
        assert asked["scope"] == "read write"
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["code_challenge"]) == 43

    def test_ends_with_an_account_that_blocks_can_use(self, alice: User, provider: Server) -> None:
        row = connected(alice, provider)

        assert (row.provider, row.username, row.scopes) == (NAME, "grace", ["read"])
        assert row.title == "Example (grace)"
        assert row.access_until is not None
        found = services.use(alice.pk, row.pk)
        assert isinstance(found, OAuth2Credentials)
        assert found.token_for("https://api.example.org/").startswith("access-")
        assert not OAuthState.objects.exists()

    def test_the_scopes_are_those_that_the_provider_granted(
        self, alice: User, provider: Server
    ) -> None:
        provider.scope = "read,extra"

        assert connected(alice, provider, scopes=["write"]).scopes == ["read", "extra"]

    def test_the_same_account_again_renews_what_is_there(
        self, alice: User, provider: Server
    ) -> None:
        first = connected(alice, provider)
        Credential.objects.update(refused_at=now())

        second = connected(alice, provider, scopes=["write"])

        assert second.pk == first.pk
        assert (second.refused_at, second.scopes) == (None, ["read", "write"])
        assert second.secret() != first.secret()
        actions = Entry.objects.order_by("pk").values_list("action", flat=True)
        assert list(actions) == ["credential.added", "credential.connected"]

    def test_another_account_is_another_credential(self, alice: User, provider: Server) -> None:
        first = connected(alice, provider)
        provider.login = "ada"

        second = connected(alice, provider, replaces=first)

        assert second.pk != first.pk
        assert sorted(Credential.objects.values_list("username", flat=True)) == ["ada", "grace"]

    def test_a_scope_that_nobody_explained_is_not_asked_for(
        self, alice: User, provider: Server
    ) -> None:
        with pytest.raises(InvalidCredentials) as refused:
            begin(alice, scopes=["admin"])

        assert refused.value.errors[0].attr == "scopes"
        assert not OAuthState.objects.exists()


class TestTheState:
    def test_is_good_once(self, alice: User, provider: Server) -> None:
        journey = begin(alice)
        finish(alice, journey.state_token, provider.allow(journey.login_url))

        with pytest.raises(InvalidOAuthState):
            finish(alice, journey.state_token, provider.allow(journey.login_url))
        assert Credential.objects.count() == 1

    def test_is_used_up_by_an_answer_that_is_refused(self, alice: User, provider: Server) -> None:
        journey = begin(alice)

        with pytest.raises(OAuthRefused):
            finish(alice, journey.state_token, "no-such-code")
        with pytest.raises(InvalidOAuthState):
            finish(alice, journey.state_token, provider.allow(journey.login_url))
        assert not Credential.objects.exists()

    def test_is_of_no_use_in_another_session(self, alice: User, provider: Server) -> None:
        journey = begin(alice, session="one")
        code = provider.allow(journey.login_url)

        with pytest.raises(InvalidOAuthState):
            finish(alice, journey.state_token, code, session="two")
        assert finish(alice, journey.state_token, code, session="one").username == "grace"

    def test_is_of_no_use_to_anybody_else(self, alice: User, bob: User, provider: Server) -> None:
        journey = begin(alice)

        with pytest.raises(InvalidOAuthState):
            finish(bob, journey.state_token, provider.allow(journey.login_url))
        assert not Credential.objects.exists()

    def test_ends_after_a_while(self, alice: User, provider: Server) -> None:
        journey = begin(alice)
        OAuthState.objects.update(created=now() - STATE_STAYS * 2)

        with pytest.raises(InvalidOAuthState):
            finish(alice, journey.state_token, provider.allow(journey.login_url))

    def test_tells_a_reader_of_the_database_nothing(self, alice: User, provider: Server) -> None:
        journey = begin(alice)

        [row] = OAuthState.objects.values()

        assert journey.state_token not in str(row)
        assert b"verifier" not in bytes(row["sealed"])


class TestAHostileAnswer:
    @pytest.mark.parametrize(
        "mood",
        ["broken", "page", "huge", "elsewhere", "mac", "injected", "nothing", "gone"],
    )
    def test_keeps_nothing(self, alice: User, provider: Server, mood: str) -> None:
        journey = begin(alice)
        code = provider.allow(journey.login_url)
        provider.mood = mood

        with pytest.raises(ProviderUnavailable):
            finish(alice, journey.state_token, code)

        assert not Credential.objects.exists()
        assert not provider.used

    def test_is_not_quoted(self, alice: User, provider: Server) -> None:
        journey = begin(alice)
        code = provider.allow(journey.login_url)
        provider.mood = "quoting"

        with pytest.raises(OAuthRefused) as refused:
            finish(alice, journey.state_token, code)

        assert CLIENT["client_secret"] not in str(refused.value)
        assert refused.value.members == {"reason": "unknown_error"}


class TestOverREST:
    def test_a_browser_s_session_connects(self, alice: User, provider: Server) -> None:
        client = signed_in(alice)
        begun = client.get(f"/api/v1/integrations/{NAME}/login/?scopes=write").json()
        code = provider.allow(begun["login_url"])

        answer = client.post(
            f"/api/v1/integrations/{NAME}/callback/",
            {"code": code, "state_token": begun["state_token"]},
            "application/json",
        )

        assert answer.status_code == 200, answer.content
        assert answer.json()["type"] == "oauth2"
        assert answer.json()["status"] == "ready"
        assert "access-" not in answer.content.decode()

    def test_another_session_of_the_same_person_does_not(
        self, alice: User, provider: Server
    ) -> None:
        begun = signed_in(alice).get(f"/api/v1/integrations/{NAME}/login/").json()

        answer = signed_in(alice).post(
            f"/api/v1/integrations/{NAME}/callback/",
            {"code": provider.allow(begun["login_url"]), "state_token": begun["state_token"]},
            "application/json",
        )

        assert (answer.status_code, answer.json()["code"]) == (400, "oauth_state_invalid")
        assert not Credential.objects.exists()

    def test_an_instance_that_is_not_registered_says_so(self, alice: User) -> None:
        answer = signed_in(alice).get("/api/v1/integrations/github/login/")

        assert (answer.status_code, answer.json()["code"]) == (409, "provider_not_set_up")
        assert "OAUTH_CLIENTS" in answer.json()["detail"]


class TestDeleting:
    def test_ends_it_at_the_provider(self, alice: User, provider: Server) -> None:
        row = connected(alice, provider)
        refresh_token = row.secret()["refresh_token"]

        assert services.delete(row) is True

        assert provider.revoked == [refresh_token]
        assert not Credential.objects.exists()

    def test_holds_also_where_the_provider_does_not_answer(
        self, alice: User, provider: Server
    ) -> None:
        row = connected(alice, provider)
        provider.mood = "broken"

        assert services.delete(row) is False

        assert not Credential.objects.exists()
