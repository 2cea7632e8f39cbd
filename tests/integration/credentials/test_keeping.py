"""Credentials over REST: kept, listed, changed and deleted; their secrets are told by nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import Entry
from credentials import services, uses
from credentials.errors import CredentialExpired, CredentialGone, CredentialUnreadable
from credentials.kinds import Kind
from credentials.models import Credential
from credentials.values import ApiKeyCredentials
from kernel.access import Scope
from telemetry import redaction
from tests.support.apikeys import key
from tests.support.clients import api
from tests.support.endpoints import EndpointContract

pytestmark = pytest.mark.django_db
SECRET = "sk-Alices-own-key-77411"
OPENAI = "/api/v1/integrations/openai/credentials/"


def keep(client: APIClient, provider: str = "openai", **body: Any) -> Any:
    return client.post(f"/api/v1/integrations/{provider}/credentials/", body, format="json")


def kept(owner: User, title: str = "Work", **given: Any) -> Credential:
    return services.create(
        owner,
        provider="openai",
        kind=Kind.API_KEY,
        title=title,
        given={"api_key": SECRET, **given},
    )


class TestProviders(EndpointContract):
    @pytest.fixture
    def url(self) -> str:
        return "/api/v1/integrations/providers/"

    def test_says_what_each_takes(self, alice: User) -> None:
        found = {one["name"]: one for one in api(alice).get(self.__class__.url_of()).json()}

        assert found["openai"]["types"] == ["api_key"]
        assert found["openai"]["hosts"] == ["api.openai.com"]
        assert found["github"]["types"] == ["api_key", "oauth2"]
        assert found["github"]["can_connect"] is False
        assert found["ollama"]["keyless"] is True

    @staticmethod
    def url_of() -> str:
        return "/api/v1/integrations/providers/"


class TestKeeping(EndpointContract):
    @pytest.fixture
    def url(self) -> str:
        return OPENAI

    def test_a_key_is_kept_and_not_told(self, alice: User) -> None:
        answer = keep(api(alice), type="api_key", title="Work", api_key=SECRET)

        row = Credential.objects.get()
        assert answer.status_code == 201
        assert answer["Location"].endswith(f"{OPENAI}{row.pk}/")
        assert answer["Cache-Control"] == "no-store"
        assert SECRET not in answer.content.decode()
        assert answer.json() | {"created_at": 0, "updated_at": 0} == {
            "id": str(row.pk),
            "provider": "openai",
            "type": "api_key",
            "title": "Work",
            "username": "",
            "host": "",
            "base_url": "",
            "hosts": ["api.openai.com"],
            "scopes": [],
            "expires_at": None,
            "status": "ready",
            "created_at": 0,
            "updated_at": 0,
            "last_used_at": None,
        }
        assert row.owner == alice
        assert row.secret() == {"key": SECRET}

    @pytest.mark.parametrize(
        ("provider", "body", "host"),
        [
            (
                "smtp",
                {
                    "type": "user_password",
                    "username": "alice",
                    "password": " p w ",
                    "host": "Mail.example.org:587",
                },
                "mail.example.org:587",
            ),
            (
                "http",
                {
                    "type": "host_scoped",
                    "host": "*.example.org",
                    "headers": {"Authorization": "Bearer x"},
                },
                "*.example.org",
            ),
            (
                "ollama",
                {"type": "api_key", "base_url": "http://localhost:11434/"},
                "localhost:11434",
            ),
            (
                "openai_compatible",
                {"type": "api_key", "api_key": "k", "base_url": "https://llm.example.org/v1"},
                "llm.example.org",
            ),
        ],
    )
    def test_one_of_a_service_of_one_s_own_says_its_host(
        self, alice: User, provider: str, body: dict[str, Any], host: str
    ) -> None:
        answer = keep(api(alice), provider, **body)

        assert answer.status_code == 201, answer.content
        assert answer.json()["hosts"] == [host]
        assert Credential.objects.get().host == host

    @pytest.mark.parametrize(
        ("provider", "body", "wrong"),
        [
            ("openai", {"type": "api_key"}, {"api_key"}),
            ("openai", {"type": "api_key", "api_key": "two words"}, {"api_key"}),
            ("openai", {"type": "api_key", "api_key": "k\r\nX-Evil: 1"}, {"api_key"}),
            ("openai", {"type": "user_password", "username": "a", "password": "b"}, {"type"}),
            ("github", {"type": "oauth2"}, {"type"}),
            (
                "smtp",
                {"type": "user_password", "username": "a", "password": "b"},
                {"host"},
            ),
            ("smtp", {"type": "user_password"}, {"host", "username", "password"}),
            (
                "http",
                {"type": "host_scoped", "host": "example.org/x", "headers": {"a": "b"}},
                {"host"},
            ),
            (
                "http",
                {"type": "host_scoped", "host": "example.org", "headers": {"a": "b\r\nc: d"}},
                {"headers"},
            ),
            (
                "http",
                {"type": "host_scoped", "host": "example.org", "headers": {"Host": "evil"}},
                {"headers"},
            ),
            ("http", {"type": "host_scoped", "host": "example.org"}, {"headers"}),
            ("ollama", {"type": "api_key", "base_url": "file:///etc/passwd"}, {"base_url"}),
            ("ollama", {"type": "api_key", "base_url": "http://a:b@example.org"}, {"base_url"}),
        ],
    )
    def test_what_does_not_fit_is_refused_by_field(
        self, alice: User, provider: str, body: dict[str, Any], wrong: set[str]
    ) -> None:
        answer = keep(api(alice), provider, **body)

        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid_credentials"
        assert {one["attr"] for one in answer.json()["errors"]} == wrong
        assert not Credential.objects.exists()

    def test_one_that_has_expired_already_is_refused(self, alice: User) -> None:
        past = (now() - timedelta(seconds=1)).isoformat()

        answer = keep(api(alice), type="api_key", api_key=SECRET, expires_at=past)

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == "expires_at"

    def test_a_title_is_taken_once_for_each_provider(self, alice: User, bob: User) -> None:
        kept(alice)

        again = keep(api(alice), type="api_key", title="Work", api_key=SECRET)

        assert (again.status_code, again.json()["code"]) == (409, "credential_title_taken")
        assert Credential.objects.count() == 1
        assert keep(api(bob), type="api_key", title="Work", api_key=SECRET).status_code == 201
        assert (
            keep(api(alice), "groq", type="api_key", title="Work", api_key="g").status_code == 201
        )

    def test_there_is_a_limit(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "MOST_CREDENTIALS", 1)
        kept(alice)

        answer = keep(api(alice), type="api_key", title="Other", api_key=SECRET)

        assert (answer.status_code, answer.json()["code"]) == (409, "too_many_credentials")

    def test_a_provider_that_does_not_exist_is_told(self, alice: User) -> None:
        answer = keep(api(alice), "nowhere", type="api_key", api_key=SECRET)

        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_provider")


class TestListing(EndpointContract):
    @pytest.fixture
    def url(self) -> str:
        return "/api/v1/integrations/credentials/"

    def test_has_one_s_own_and_can_be_narrowed(self, alice: User, bob: User) -> None:
        mine = kept(alice)
        kept(bob)
        keep(api(alice), "groq", type="api_key", title="Fast", api_key="g")

        def titles(query: str = "") -> set[str]:
            answer = api(alice).get(f"/api/v1/integrations/credentials/{query}")
            return {one["title"] for one in answer.json()["results"]}

        assert titles() == {"Work", "Fast"}
        assert titles("?provider=openai") == {"Work"}
        assert titles("?type=oauth2") == set()
        assert api(bob).get(f"{OPENAI}{mine.pk}/").status_code == 404


class TestChanging:
    def test_another_secret_counts_at_once(self, alice: User) -> None:
        row = kept(alice, expires_at=now() + timedelta(days=1))

        answer = api(alice).patch(f"{OPENAI}{row.pk}/", {"api_key": "sk-new-1"}, format="json")

        row.refresh_from_db()
        assert answer.status_code == 200
        assert row.secret() == {"key": "sk-new-1"}
        assert row.expires_at is None
        assert row.title == "Work"

    def test_another_title_leaves_the_secret(self, alice: User) -> None:
        row = kept(alice)

        api(alice).patch(f"{OPENAI}{row.pk}/", {"title": "Play"}, format="json")

        row.refresh_from_db()
        assert (row.title, row.secret()) == ("Play", {"key": SECRET})

    def test_another_host_wants_the_secret_again(self, alice: User) -> None:
        client = api(alice)
        made = keep(
            client, "http", type="host_scoped", host="example.org", headers={"X-Key": "1"}
        ).json()
        url = f"/api/v1/integrations/http/credentials/{made['id']}/"

        refused = client.patch(url, {"host": "evil.example"}, format="json")

        assert refused.status_code == 400
        assert [one["attr"] for one in refused.json()["errors"]] == ["headers"]
        assert Credential.objects.get().host == "example.org"
        moved = {"host": "other.example", "headers": {"X-Key": "2"}}
        assert client.patch(url, moved, format="json").json()["hosts"] == ["other.example"]
        assert Credential.objects.get().secret() == {"headers": {"X-Key": "2"}}


class TestDeleting:
    def test_it_is_gone(self, alice: User) -> None:
        row = kept(alice)

        answer = api(alice).delete(f"{OPENAI}{row.pk}/")

        assert (answer.status_code, answer.json()) == (200, {"deleted": True, "revoked": None})
        assert not Credential.objects.exists()

    def test_one_in_use_is_asked_about(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        row = kept(alice)
        monkeypatch.setattr(uses, "_finders", [lambda *_: ["the agent 'Digest'"]])

        refused = api(alice).delete(f"{OPENAI}{row.pk}/")

        assert (refused.status_code, refused.json()["code"]) == (409, "credential_in_use")
        assert refused.json()["need_confirmation"] is True
        assert "the agent 'Digest'" in refused.json()["detail"]
        assert Credential.objects.exists()
        assert api(alice).delete(f"{OPENAI}{row.pk}/?force=true").json()["deleted"] is True
        assert not Credential.objects.exists()


class TestScopes:
    def test_a_key_may_do_what_its_scopes_say(self, alice: User) -> None:
        row = kept(alice)
        _, reader = key(alice, Scope.READ_INTEGRATIONS, name="reader")
        _, other = key(alice, Scope.READ_GRAPH, name="other")

        assert reader.ask("get", "integrations/credentials/")[0] == 200
        assert reader.refusal("delete", f"integrations/openai/credentials/{row.pk}/") == (
            403,
            "missing_scope",
        )
        assert other.refusal("get", "integrations/credentials/") == (403, "missing_scope")
        assert reader.refusal("get", "integrations/github/login/") == (403, "people_only")


class TestUsing:
    def test_a_block_gets_the_secret_and_the_use_is_noted(self, alice: User) -> None:
        row = kept(alice)

        found = services.use(alice.pk, row.pk)

        assert isinstance(found, ApiKeyCredentials)
        assert found.key_for("https://api.openai.com/v1") == SECRET
        row.refresh_from_db()
        assert row.last_used_at is not None
        assert redaction.text(f"Refused: {SECRET}") == f"Refused: {redaction.MARK}"

    def test_nobody_else_gets_it(self, alice: User, bob: User) -> None:
        row = kept(alice)

        with pytest.raises(CredentialGone):
            services.use(bob.pk, row.pk)

    def test_one_that_expired_says_so(self, alice: User) -> None:
        row = kept(alice)
        Credential.objects.filter(pk=row.pk).update(expires_at=now() - timedelta(hours=1))

        with pytest.raises(CredentialExpired, match="Put a new secret into it"):
            services.use(alice.pk, row.pk)

    def test_a_sealed_text_opens_in_its_own_row_only(self, alice: User, bob: User) -> None:
        mine, other = kept(alice), kept(bob)
        Credential.objects.filter(pk=other.pk).update(sealed=mine.sealed, key_id=mine.key_id)

        with pytest.raises(CredentialUnreadable, match="changed in the database"):
            services.use(bob.pk, other.pk)

    def test_another_host_in_the_database_opens_nothing(self, alice: User) -> None:
        row = services.create(
            alice,
            provider="http",
            kind=Kind.HOST_SCOPED,
            given={"host": "example.org", "headers": {"X-Key": "1"}},
        )
        Credential.objects.filter(pk=row.pk).update(host="evil.example")

        with pytest.raises(CredentialUnreadable):
            services.use(alice.pk, row.pk)


class TestSecrecy:
    def test_no_column_has_the_secret(self, alice: User) -> None:
        kept(alice)

        with connection.cursor() as cursor:
            cursor.execute("SELECT credential::text, sealed FROM credentials_credential credential")
            [(text, sealed)] = cursor.fetchall()

        assert SECRET not in text
        assert SECRET.encode() not in bytes(sealed)

    def test_the_audit_log_says_what_was_done_with_which(self, alice: User) -> None:
        row = kept(alice)
        services.change(row, title="Play", given={"api_key": "sk-new-secret-1"})
        services.delete(row)

        lines = list(Entry.objects.filter(action__startswith="credential.").order_by("pk"))

        assert [one.action for one in lines] == [
            "credential.added",
            "credential.changed",
            "credential.deleted",
        ]
        told = str([(one.details, one.object_label) for one in lines])
        assert SECRET not in told
        assert "sk-new-secret-1" not in told

    def test_the_administration_tells_nothing(self, admin_client: Any, alice: User) -> None:
        row = kept(alice)

        for page in ("", f"{row.pk}/change/"):
            answer = admin_client.get(f"/admin/credentials/credential/{page}")
            assert answer.status_code == 200
            assert SECRET not in answer.content.decode()
        assert admin_client.get("/admin/credentials/credential/add/").status_code == 403
