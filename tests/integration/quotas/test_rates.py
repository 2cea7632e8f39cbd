"""Rates as callers meet them: the API, pages, sign-in, and what is never limited."""

import re
from typing import Any

import pytest
import yaml
from django.conf import settings as current
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from apikeys.models import ApiKey
from apikeys.services import issue
from quotas import windows as redis_windows
from quotas.models import OwnRate
from quotas.policy import Kind
from tests.integration.quotas.conftest import Limit
from tests.support.clients import api, keyed
from tests.support.endpoints import PROBLEM

pytestmark = pytest.mark.django_db

GRAPHS = "/api/v1/graphs/"
NOBODY = "00000000-0000-0000-0000-000000000007"


def statuses(client: Any, *paths: str, **more: Any) -> list[int]:
    return [client.get(path, **more).status_code for path in paths]


class TestApi:
    def test_a_user_may_make_so_many_requests(self, limit: Limit, alice: User, bob: User) -> None:
        limit(reads="2/minute per user")

        assert statuses(keyed(alice), GRAPHS, GRAPHS, GRAPHS) == [200, 200, 429]
        assert statuses(keyed(bob), GRAPHS) == [200]

    def test_all_keys_and_sessions_of_a_user_count_together(
        self, limit: Limit, alice: User
    ) -> None:
        limit(reads="3/minute per user")
        session = Client()
        session.force_login(alice)

        one, two = keyed(alice), keyed(alice, name="two")

        assert (
            statuses(one, GRAPHS) + statuses(two, GRAPHS) + statuses(session, GRAPHS) == [200] * 3
        )
        assert (
            statuses(one, GRAPHS) + statuses(two, GRAPHS) + statuses(session, GRAPHS) == [429] * 3
        )

    def test_each_key_has_a_rate_of_its_own_besides(self, limit: Limit, alice: User) -> None:
        limit(reads="3/minute per user, 2/minute per key")
        one, two = keyed(alice), keyed(alice, name="two")

        assert statuses(one, *[GRAPHS] * 9) == [200, 200] + [429] * 7
        assert statuses(two, GRAPHS, GRAPHS) == [200, 429], "what was refused took no place"

    def test_the_refusal_says_which_limit_when_it_opens_and_who_can_raise_it(
        self, limit: Limit, alice: User
    ) -> None:
        limit(reads="1/minute per key")
        client = keyed(alice)
        client.get(GRAPHS)

        refused = client.get(GRAPHS)

        wait = int(refused["Retry-After"])
        assert 0 < wait <= 60
        assert (refused.status_code, refused["Content-Type"]) == (429, PROBLEM)
        body = refused.json()
        assert body["code"] == "rate_limited"
        assert body["detail"] == (
            "This API key has used up the limit of 1 requests in one minute. "
            f"Try again in {'one minute' if wait == 60 else f'{wait} seconds'}. "
            "An administrator of this instance can raise the key's limit."
        )
        assert body["limit"] == {
            "kind": "reads",
            "per": "key",
            "amount": 1,
            "seconds": 60,
            "retry_after": wait,
        }

    def test_every_answer_says_how_much_is_left(self, limit: Limit, alice: User) -> None:
        limit(reads="5/minute per user, 3/minute per key")

        answer = keyed(alice).get(GRAPHS)

        assert answer["RateLimit-Limit"] == "3"
        assert answer["RateLimit-Remaining"] == "2"
        assert 0 < int(answer["RateLimit-Reset"]) <= 60
        assert answer["RateLimit-Policy"] == (
            '3;w=60;comment="reads per key", 5;w=60;comment="reads per user"'
        )

    def test_a_refusal_of_the_view_counts_and_says_so_too(self, limit: Limit, alice: User) -> None:
        limit(reads="2/minute per user")
        client = keyed(alice)
        missing = f"{GRAPHS}{NOBODY}/"

        assert statuses(client, missing, missing, missing) == [404, 404, 429]

    def test_nothing_is_done_for_a_request_that_is_one_too_many(
        self, limit: Limit, alice: User
    ) -> None:
        limit(writes="1/minute per user")
        client = keyed(alice)
        client.post(GRAPHS, {})

        refused = client.post(GRAPHS, {"graph": {"name": "x", "nodes": [], "links": []}})

        assert refused.status_code == 429
        assert client.get(GRAPHS).json()["results"] == []

    def test_strangers_count_by_their_address(self, limit: Limit, alice: User) -> None:
        limit(reads="2/minute per address")

        assert statuses(api(), GRAPHS, GRAPHS, GRAPHS) == [401, 401, 429]
        assert statuses(api(), GRAPHS, REMOTE_ADDR="192.0.2.9") == [401]
        assert statuses(keyed(alice), GRAPHS, GRAPHS, GRAPHS) == [200, 200, 200]

    def test_wrong_keys_and_tokens_count_for_the_address(self, limit: Limit) -> None:
        limit(reads="2/minute per address")
        guesses = [
            {"X-API-Key": f"trls_AAAAAAAA_{'A' * 43}"},
            {"Authorization": "Bearer nothing"},
            {"X-API-Key": "another"},
        ]

        answers = [api().get(GRAPHS, headers=guess) for guess in guesses]

        assert [one.status_code for one in answers] == [401, 401, 429]
        assert answers[-1].json()["code"] == "rate_limited"

    def test_an_address_is_not_what_a_header_says(self, limit: Limit) -> None:
        limit(reads="1/minute per address")

        forged = [
            api().get(GRAPHS, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}").status_code
            for number in range(3)
        ]

        assert forged == [401, 429, 429]

    def test_paths_to_nowhere_count(self, limit: Limit) -> None:
        limit(reads="2/minute per address")

        assert statuses(api(), "/api/nothing", "/nothing/", "/api/nothing") == [404, 404, 429]

    @pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
    def test_the_descriptions_of_the_api_count(self, limit: Limit, path: str) -> None:
        limit(reads="1/minute per address")

        assert statuses(Client(), path, path) == [200, 429]

    def test_starts_have_a_rate_of_their_own(self, limit: Limit, alice: User) -> None:
        limit(starts="1/minute per user", writes="9/minute per user")
        client = keyed(alice)
        start = f"{GRAPHS}{NOBODY}/execute/"

        answers = [client.post(start, {}).status_code for _ in range(2)]

        assert answers == [404, 429]
        assert client.post(GRAPHS, {}).status_code == 400


class TestPages:
    def test_a_page_is_refused_as_a_page(self, limit: Limit, alice: User) -> None:
        limit(reads="1/minute per user")
        client = Client()
        client.force_login(alice)
        first = client.get("/agents/")

        refused = client.get("/agents/")

        assert first["RateLimit-Remaining"] == "0"
        assert (refused.status_code, refused["Content-Type"]) == (429, "text/html; charset=utf-8")
        assert "Retry-After" in refused
        assert "Content-Security-Policy" in refused
        page = refused.content.decode()
        assert "You have used up the limit of 1 requests in one minute. Try again in" in page
        assert "An administrator of this instance can raise your limit." in page

    def test_files_that_are_sent_are_uploads(self, limit: Limit, alice: User) -> None:
        limit(uploads="1/minute per user", writes="9/minute per user")
        client = Client()
        client.force_login(alice)

        answers = [client.post("/agents/import/", {"other": "x"}).status_code for _ in range(2)]

        assert answers[1] == 429 != answers[0]

    @pytest.mark.parametrize("path", ["/healthz", "/readyz", "/version", "/static/webui/mark.svg"])
    def test_probes_and_static_files_are_never_limited(self, limit: Limit, path: str) -> None:
        limit(reads="1/minute per address")

        answers = [Client().get(path) for _ in range(3)]

        for one in answers:
            one.close()
        assert {one.status_code for one in answers} == {200}
        assert not any("RateLimit-Limit" in one for one in answers)


class TestSignIn:
    def test_attempts_count_for_the_address(self, limit: Limit) -> None:
        limit(sign_ins="2/minute per address")
        names = ["alice", "bob", "charlie"]

        answers = [
            api().post("/api/v1/auth/token/", {"username": name, "password": "x"}).status_code
            for name in names
        ]

        assert answers == [401, 401, 429]

    def test_attempts_count_for_the_account_from_wherever_they_come(self, limit: Limit) -> None:
        limit(sign_ins="2/minute per account")
        attempts = [("alice", 1), ("ALICE ", 2), ("alice", 3), ("bob", 4)]

        answers = [
            api().post(
                "/api/v1/auth/token/",
                {"username": name, "password": "x"},
                REMOTE_ADDR=f"192.0.2.{number}",
            )
            for name, number in attempts
        ]

        assert [one.status_code for one in answers] == [401, 401, 429, 401]
        assert answers[2].json()["limit"]["per"] == "account"

    def test_no_password_is_checked_of_what_is_one_too_many(
        self, limit: Limit, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        limit(sign_ins="1/minute per address")
        checked: list[str] = []

        def check(user: User, raw: str) -> bool:
            checked.append(raw)
            return False

        monkeypatch.setattr(User, "check_password", check)
        body = {"username": "alice", "password": "guess"}

        answers = [api().post("/api/v1/auth/token/", body).status_code for _ in range(3)]

        assert answers == [401, 429, 429]
        assert checked == ["guess"]

    def test_names_do_not_reach_redis(self, limit: Limit) -> None:
        limit(sign_ins="2/minute per account")

        api().post("/api/v1/auth/token/", {"username": "alice@example.org", "password": "x"})

        keys = redis_windows.windows_at(current.REDIS_URL).storage.keys("rates:*")
        assert len(keys) == 1
        assert b"alice" not in keys[0]

    def test_a_body_that_is_no_sign_in_counts_for_the_address(self, limit: Limit) -> None:
        limit(sign_ins="2/minute per address")
        bodies = ["[1]", "{broken", '{"username": {"a": 1}, "password": 1}']

        answers = [
            api()
            .generic("POST", "/api/v1/auth/token/", body, content_type="application/json")
            .status_code
            for body in bodies
        ]

        assert answers == [400, 400, 429]


class TestOwnRates:
    def test_a_user_may_have_more(self, limit: Limit, alice: User, bob: User) -> None:
        limit(reads="1/minute per user")
        OwnRate.objects.create(user=alice, kind=Kind.READS, rate="3/minute")

        assert statuses(keyed(alice), *[GRAPHS] * 4) == [200, 200, 200, 429]
        assert statuses(keyed(bob), GRAPHS, GRAPHS) == [200, 429]

    def test_a_key_may_have_less(self, limit: Limit, alice: User) -> None:
        limit(reads="9/minute per user")
        key = issue(alice)
        row = ApiKey.objects.get(user=alice)
        OwnRate.objects.create(api_key=row, kind=Kind.READS, rate="1/minute")
        client = APIClient()
        client.credentials(HTTP_X_API_KEY=key)

        assert statuses(client, GRAPHS, GRAPHS) == [200, 429]

    def test_staff_give_them_in_the_admin(self, limit: Limit, alice: User) -> None:
        limit(reads="1/minute per user")
        staff = User.objects.create_superuser("staff")
        client = Client()
        client.force_login(staff)
        form = {"user": str(alice.pk), "api_key": "", "kind": "reads"}
        url = "/admin/quotas/ownrate/add/"

        wrong = client.post(url, {**form, "rate": "many"})
        both = client.post(url, {**form, "rate": "2/minute", "user": ""})
        right = client.post(url, {**form, "rate": "2/minute"})

        assert "&#x27;many&#x27; is not a rate." in wrong.content.decode()
        assert "Choose a user or an API key, and not both." in both.content.decode()
        assert right.status_code == 302
        assert statuses(keyed(alice), *[GRAPHS] * 3) == [200, 200, 429]


def test_no_query_is_made_for_the_rates_of_a_request(
    limit: Limit, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quotas.own.AGE", 3600.0)
    client = keyed(alice)
    limit()
    client.get(GRAPHS)
    with CaptureQueriesContext(connection) as unlimited:
        client.get(GRAPHS)
    limit(reads="9/minute per user, 9/minute per key")
    client.get(GRAPHS)

    with CaptureQueriesContext(connection) as limited:
        assert client.get(GRAPHS)["RateLimit-Remaining"] == "7"

    assert len(limited) == len(unlimited)


def test_without_redis_everything_goes_on(limit: Limit, alice: User, settings: Settings) -> None:
    limit(reads="1/minute per user")
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert statuses(keyed(alice), GRAPHS, GRAPHS, GRAPHS) == [200, 200, 200]


def test_every_view_with_a_kind_of_its_own_exists() -> None:
    assert set(current.RATE_VIEWS) - set(_names(get_resolver())) == set()


def test_every_start_counts_as_a_start() -> None:
    """What takes an Idempotency-Key starts a run; one that is forgotten would be a mere change.

    Signals and new agents take one too, and start nothing.
    """
    document = yaml.safe_load((current.BASE_DIR / "docs" / "openapi.yaml").read_text())
    starts = {
        path
        for path, methods in document["paths"].items()
        for one in methods.values()
        if any(part.get("name") == "Idempotency-Key" for part in one.get("parameters", ()))
        and not path.endswith(("/signals/", "/graphs/"))
    }
    assert starts
    for path in starts:
        name = get_resolver().resolve(_filled(path)).view_name
        assert current.RATE_VIEWS.get(name) is Kind.STARTS, f"{name} starts runs"


def _filled(path: str) -> str:
    """Return the path with an id that fits in each of its places."""
    return re.sub(r"\{version\}", "1", re.sub(r"\{\w*id\w*\}", NOBODY, path))


def _names(resolver: Any, namespace: str = "") -> list[str]:
    found = []
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            inner = ":".join(filter(None, [namespace, one.namespace]))
            found += _names(one, inner)
        elif one.name:
            found.append(":".join(filter(None, [namespace, one.name])))
    return found


def test_the_sign_in_page_counts_its_posts_only(limit: Limit, alice: User) -> None:
    limit(sign_ins="1/minute per account", reads="9/minute per address")
    page = reverse(current.LOGIN_URL)
    form = {"username": "alice", "login": "alice", "password": "wrong"}

    answers = [Client().post(page, form).status_code for _ in range(2)]

    assert answers == [200, 429]
    assert statuses(Client(), page, page) == [200, 200]
