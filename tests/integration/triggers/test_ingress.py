"""The addresses of triggers, as a server of ASGI calls the application."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import httpx
import pytest
from channels.db import database_sync_to_async

from accounts.models import User
from agents.executions.models import Execution
from agents.triggers import accepting, beginning, desk
from agents.triggers.models import Arrival
from tests.factories.accounts import UserFactory
from tests.support.hooks import SECRET, hooked
from tests.support.runs import run_to_end

pytestmark = pytest.mark.django_db(transaction=True)

SHOWN = {"X-Webhook-Secret": SECRET}


@database_sync_to_async
def kept() -> list[Arrival]:
    return list(Arrival.objects.all())


@database_sync_to_async
def runs() -> int:
    return Execution.objects.count()


@pytest.fixture
async def http(servers: None) -> AsyncIterator[httpx.AsyncClient]:
    from config.asgi import application

    transport = httpx.ASGITransport(cast(Any, application))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def owner(db: None) -> User:
    return UserFactory.create(username="alice")


@pytest.fixture
def token(owner: User) -> str:
    return hooked(owner).token


async def test_a_call_is_answered_with_the_id_of_its_run(
    http: httpx.AsyncClient, token: str
) -> None:
    response = await http.post(f"/hooks/{token}/", json={"order": 7}, headers=SHOWN)

    [arrival] = await kept()
    assert (response.status_code, response.json()) == (202, {"id": str(arrival.execution_id)})
    assert response.headers["location"] == f"/api/v1/executions/{arrival.execution_id}/"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-request-id"]


async def test_the_slash_at_the_end_may_be_missing(http: httpx.AsyncClient, token: str) -> None:
    assert (await http.post(f"/hooks/{token}", json={}, headers=SHOWN)).status_code == 202


async def test_a_crowd_is_answered_one_by_one(http: httpx.AsyncClient, token: str) -> None:
    answers = await asyncio.gather(
        *(http.post(f"/hooks/{token}/", json={"n": n}, headers=SHOWN) for n in range(60))
    )

    assert {one.status_code for one in answers} == {202}
    ids = {one.json()["id"] for one in answers}
    assert len(ids) == 60
    assert {str(one.execution_id) for one in await kept()} == ids


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_other_methods_are_refused(http: httpx.AsyncClient, token: str, method: str) -> None:
    for path in (f"/hooks/{token}/", "/hooks/trwh_unknown/", "/hooks/"):
        response = await http.request(method, path, headers=SHOWN)
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert await kept() == []


@pytest.mark.parametrize("path", ["/hooks/", "/hooks/x/y/", "/hooks/trwh_x/test/more/"])
async def test_nothing_else_is_below_the_addresses(http: httpx.AsyncClient, path: str) -> None:
    response = await http.post(path, json={}, headers=SHOWN)

    assert (response.status_code, response.json()["code"]) == (404, "unknown_hook")


async def test_a_host_that_is_not_ours_is_refused(http: httpx.AsyncClient, token: str) -> None:
    headers = {**SHOWN, "Host": "evil.example"}

    response = await http.post(f"/hooks/{token}/", json={}, headers=headers)

    assert (response.status_code, response.json()["code"]) == (400, "host_not_allowed")
    assert await kept() == []


async def test_a_refusal_does_not_repeat_the_address(http: httpx.AsyncClient, token: str) -> None:
    response = await http.post(f"/hooks/{token}/", json={}, headers={"X-Request-ID": "mine-1"})

    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert token not in response.text
    assert response.json()["request_id"] == "mine-1"


async def test_a_large_body_is_refused_unread(
    http: httpx.AsyncClient, token: str, settings: Any
) -> None:
    settings.BODY_LIMITS = [("/hooks/", 1000, "MAX_WEBHOOK_BYTES")]
    beyond = b'{"x": "' + b"x" * 2000 + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        yield beyond[:900]
        yield beyond[900:]

    for content in (beyond, pieces()):
        response = await http.post(f"/hooks/{token}/", content=content, headers=SHOWN)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
        assert "MAX_WEBHOOK_BYTES" in response.json()["detail"]
    assert await kept() == []


async def test_too_many_calls_are_sent_away(
    http: httpx.AsyncClient, token: str, settings: Any
) -> None:
    from quotas.policy import Rate

    settings.TRIGGERS = {**settings.TRIGGERS, "call_rate": Rate(2, 3601)}

    answers = [await http.post(f"/hooks/{token}/", json={}, headers=SHOWN) for _ in range(3)]

    assert [one.status_code for one in answers] == [202, 202, 429]
    assert answers[2].headers["retry-after"] == "3601"


async def test_a_call_that_cannot_be_taken_spoils_no_other(
    http: httpx.AsyncClient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = accepting.take

    def stumble(calls: Any) -> Any:
        if any(b"poison" in one.body for one in calls):
            raise RuntimeError("no")
        return real(calls)

    monkeypatch.setattr(accepting, "take", stumble)
    bodies: list[dict[str, Any]] = [{"n": 1}, {"n": "poison"}, {"n": 2}]

    answers = await asyncio.gather(
        *(http.post(f"/hooks/{token}/", json=body, headers=SHOWN) for body in bodies)
    )

    assert [one.status_code for one in answers] == [202, 503, 202]


@pytest.fixture
def worker() -> Iterator[None]:
    """Somebody begins and runs what waits, until the test ends."""
    done = threading.Event()

    def work() -> None:
        from django.db import connection

        try:
            while not done.wait(0.02):
                beginning.begin()
                for execution in Execution.objects.live():
                    run_to_end(execution)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    done.set()
    thread.join()


async def test_who_waits_gets_the_outputs(
    http: httpx.AsyncClient, token: str, worker: None
) -> None:
    response = await http.post(f"/hooks/{token}/?wait=30", json={"order": 7}, headers=SHOWN)

    assert response.status_code == 200, response.text
    shown = response.json()
    assert (shown["status"], shown["outputs"]) == ("COMPLETED", {"payload": [{"order": 7}]})
    assert shown["id"] == str((await kept())[0].execution_id)


async def test_who_waits_too_short_hears_that_the_run_goes_on(
    http: httpx.AsyncClient, token: str, settings: Any
) -> None:
    settings.TRIGGERS = {**settings.TRIGGERS, "longest_wait": 1}

    response = await http.post(f"/hooks/{token}/?wait=600", json={}, headers=SHOWN)

    assert response.status_code == 202
    assert list(response.json()) == ["id"]


async def test_who_waits_for_a_run_that_cannot_begin_hears_why(
    http: httpx.AsyncClient, token: str, settings: Any, worker: None
) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "runs_per_day": 1}
    await http.post(f"/hooks/{token}/?wait=30", json={}, headers=SHOWN)

    response = await http.post(f"/hooks/{token}/?wait=30", json={}, headers=SHOWN)

    assert (response.status_code, response.json()["code"]) == (422, "start_refused")
    assert "runs this day" in response.json()["detail"]


@pytest.mark.parametrize("wait", ["", "-1", "1.5", "x", "99999"])
async def test_a_wait_is_a_number_of_seconds(
    http: httpx.AsyncClient, token: str, wait: str
) -> None:
    response = await http.post(f"/hooks/{token}/?wait={wait}", json={}, headers=SHOWN)

    assert (response.status_code, response.json()["code"]) == (400, "call_not_readable")
    assert await kept() == []


async def test_two_that_begin_what_waits_begin_it_once(http: httpx.AsyncClient, token: str) -> None:
    for n in range(10):
        await http.post(f"/hooks/{token}/", json={"n": n}, headers=SHOWN)

    begin = database_sync_to_async(beginning.begin, thread_sensitive=False)
    counts = await asyncio.gather(*(begin() for _ in range(3)))

    assert sum(counts) == 10
    assert await runs() == 10
    assert desk.MOST > 10
