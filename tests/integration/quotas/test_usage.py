"""What people see of their limits."""

from collections.abc import Callable
from datetime import datetime

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from quotas.models import OwnQuota
from quotas.windows import windows_at
from tests.integration.quotas.conftest import Limit
from tests.support.graphs import calculator
from tests.support.runs import start

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_api_says_what_is_used_of_each_limit(
    alice: User, api: Callable[..., APIClient], quotas: Callable[..., None], limit: Limit
) -> None:
    quotas(runs_per_day=5, runs_per_month=0, storage_mb=3)
    OwnQuota.objects.create(user=alice, runs_per_month=40)
    limit(reads="10/minute per user", starts="3/minute per user, 2/minute per key")
    start(alice, calculator(), Input="x" * 100)
    client = api(alice)
    client.get("/api/v1/graphs/")

    answer = client.get("/api/v1/usage/").json()

    day, month = answer["runs"]
    assert {**day, "resets_at": None} == {
        "period": "day", "used": 1, "limit": 5, "remaining": 4, "resets_at": None,
    }  # fmt: skip
    assert (month["period"], month["used"], month["limit"], month["remaining"]) == (
        "month",
        1,
        40,
        39,
    )
    assert datetime.fromisoformat(month["resets_at"]).day == 1
    assert answer["storage"]["limit"] == 3_000_000
    assert 100 < answer["storage"]["used"] == 3_000_000 - answer["storage"]["remaining"] < 200
    rates = [(one["kind"], one["per"], one["limit"], one["used"]) for one in answer["rates"]]
    assert rates == [("reads", "user", 10, 2), ("starts", "user", 3, 0)]


def test_looking_takes_no_place(alice: User, api: Callable[..., APIClient], limit: Limit) -> None:
    limit(writes="1/minute per user")
    client = api(alice)

    used = [client.get("/api/v1/usage/").json()["rates"][0]["used"] for _ in range(3)]

    assert used == [0, 0, 0]


def test_without_redis_there_are_no_rates_to_tell(
    alice: User, api: Callable[..., APIClient], limit: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(reads="10/minute per user")
    monkeypatch.setattr(
        windows_at.__wrapped__("redis://localhost:1/0").__class__, "_ask", lambda *_, **__: None
    )

    answer = api(alice).get("/api/v1/usage/")

    assert answer.status_code == 200
    assert answer.json()["rates"] == []


def test_others_use_is_not_told(alice: User, bob: User, api: Callable[..., APIClient]) -> None:
    start(alice, calculator(), Input=1)

    answer = api(bob).get("/api/v1/usage/").json()

    assert [one["used"] for one in answer["runs"]] == [0, 0]
    assert answer["storage"]["used"] == 0


def test_the_page_says_the_same(
    alice: User, client: APIClient, quotas: Callable[..., None], limit: Limit
) -> None:
    quotas(runs_per_day=4, storage_mb=0)
    limit(reads="10/minute per user")
    start(alice, calculator(), Input=1)
    client.force_login(alice)

    page = client.get("/account/usage/").content.decode()

    assert "1 of 4" in page
    assert '<progress class="usage__bar"' in page
    assert 'value="25"' in page
    assert "no limit" in page
    assert "1 of 10 in one minute" in page
