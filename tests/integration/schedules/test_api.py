"""Schedules over the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils.timezone import now
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions.models import Execution
from agents.schedules.models import Schedule
from telemetry.redaction import MARK
from tests.support.graphs import calculator
from tests.support.runs import version_of
from tests.support.schedules import hourly, tick

Api = Callable[..., APIClient]


@pytest.fixture
def agent(alice: User) -> str:
    return str(version_of(alice, calculator()).agent_id)


def test_a_schedule_is_made_for_an_agent_in_the_persons_zone(
    alice: User, agent: str, api: Api
) -> None:
    alice.time_zone = "Asia/Kolkata"
    alice.save()
    body = {"name": "Daily", "cron": "0 9 * * *", "inputs": {"Input": 1, "api_key": "hidden"}}

    answer = api(alice).post(f"/api/v1/graphs/{agent}/schedules/", body)

    assert answer.status_code == 201, answer.data
    schedule = Schedule.objects.get()
    assert answer["Location"].endswith(f"/api/v1/schedules/{schedule.pk}/")
    told = answer.data
    assert (told["cron"], told["timezone"], told["graph_version"]) == (
        "0 9 * * *",
        "Asia/Kolkata",
        None,
    )
    assert told["input_data"] == {"Input": 1, "api_key": MARK}
    assert told["next_run_time"].endswith("03:30:00Z")
    assert told["in_words"] == "At 09:00 every day"


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"cron": "61 * * * *"}, "cron"),
        ({"cron": "0 9 * * *", "timezone": "Nowhere"}, "timezone"),
        ({"every_seconds": 5}, "every_seconds"),
        ({"at": "2020-01-01T00:00:00Z"}, "at"),
        ({}, None),
        ({"cron": "0 9 * * *", "every_seconds": 60}, None),
    ],
)
def test_times_that_cannot_be_are_refused_by_their_field(
    alice: User, agent: str, api: Api, times: dict[str, Any], field: str | None
) -> None:
    body = {"name": "Daily", "graph_id": agent, **times}

    answer = api(alice).post("/api/v1/schedules/", body)

    assert answer.status_code == 400
    if field:
        assert [one["attr"] for one in answer.json()["errors"]] == [field]
    assert not Schedule.objects.exists()


def test_lists_have_the_persons_own_schedules(alice: User, bob: User, agent: str, api: Api) -> None:
    mine = hourly(alice, name="Mine")
    hourly(bob, name="His")

    listed = api(alice).get("/api/v1/schedules/").json()["results"]
    of_agent = api(alice).get(f"/api/v1/graphs/{agent}/schedules/").json()["results"]
    chosen = api(alice).get(f"/api/v1/schedules/?graph_id={mine.agent_id}").json()["results"]

    assert [one["name"] for one in listed] == ["Mine"]
    assert of_agent == []
    assert [one["id"] for one in chosen] == [str(mine.pk)]


def test_an_edit_a_pause_and_a_resumption_are_patches(alice: User, api: Api) -> None:
    schedule = hourly(alice)
    address = f"/api/v1/schedules/{schedule.pk}/"

    edited = api(alice).patch(address, {"cron": "0 9 * * 1", "timezone": "Europe/Berlin"}).json()
    paused = api(alice).patch(address, {"is_active": False}).json()
    resumed = api(alice).patch(address, {"is_active": True}).json()

    assert (edited["cron"], edited["every_seconds"], edited["starts_at"]) == (
        "0 9 * * 1",
        None,
        None,
    )
    assert (paused["is_active"], paused["next_run_time"], paused["pause_reason"]) == (
        False,
        None,
        "person",
    )
    assert (resumed["is_active"], resumed["next_run_time"]) == (True, edited["next_run_time"])


def test_a_schedule_is_deleted(alice: User, api: Api) -> None:
    schedule = hourly(alice)

    answer = api(alice).delete(f"/api/v1/schedules/{schedule.pk}/")

    assert (answer.status_code, answer.json()) == (200, {"id": str(schedule.pk)})
    assert not Schedule.objects.exists()


def test_a_start_that_is_asked_for_twice_is_made_once(alice: User, api: Api) -> None:
    schedule = hourly(alice, next_time=now())
    address = f"/api/v1/schedules/{schedule.pk}/run/"

    first = api(alice).post(address, headers={"Idempotency-Key": "one"})
    second = api(alice).post(address, headers={"Idempotency-Key": "one"})

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["cause"] == {"kind": "schedule", "id": str(schedule.pk)}
    assert Execution.objects.count() == 1
    assert schedule.fires.count() == 1


def test_the_history_says_what_became_of_each_time(alice: User, api: Api) -> None:
    schedule = hourly(alice)
    tick()

    [fire] = api(alice).get(f"/api/v1/schedules/{schedule.pk}/fires/").json()["results"]

    assert (fire["status"], fire["origin"]) == ("started", "clock")
    assert fire["graph_exec_id"] == str(Execution.objects.get().pk)
    assert fire["lateness_seconds"] >= 0


def test_a_range_is_asked_for_afterwards(alice: User, api: Api) -> None:
    schedule = hourly(alice, kind="cron", cron="0 9 * * *", every_seconds=None, at=None)
    Schedule.objects.update(next_time="2100-01-01T00:00Z")
    body = {"since": "2026-05-01T00:00:00Z", "until": "2026-05-03T00:00:00Z"}

    answer = api(alice).post(f"/api/v1/schedules/{schedule.pk}/backfill/", body)

    assert answer.status_code == 202
    assert [one["time"] for one in answer.json()] == [
        "2026-05-01T09:00:00Z",
        "2026-05-02T09:00:00Z",
    ]


def test_a_preview_says_ten_times_in_the_zone(alice: User, api: Api) -> None:
    body = {"cron": "30 18 * * FRI", "timezone": "Asia/Kolkata"}

    told = api(alice).post("/api/v1/schedules/preview/", body).json()

    assert told["in_words"] == "At 18:30 on Friday"
    assert len(told["next_run_times"]) == 10
    assert {one[10:] for one in told["next_run_times"]} == {"T18:30:00+05:30"}


def test_a_stranger_finds_no_schedule_and_no_preset(
    alice: User, charlie: User, agent: str, api: Api
) -> None:
    schedule = hourly(alice)

    found = api(charlie).get(f"/api/v1/schedules/{schedule.pk}/")
    made = api(charlie).post(
        "/api/v1/schedules/", {"name": "Daily", "graph_id": agent, "cron": "0 9 * * *"}
    )

    assert (found.status_code, made.status_code) == (404, 404)
    assert Schedule.objects.count() == 1
