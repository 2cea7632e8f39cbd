"""The pages of schedules and presets, without JavaScript."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import User
from agents.executions.models import Execution
from agents.graphs.models import GraphVersion
from agents.presets import services as presets
from agents.presets.models import Preset
from agents.schedules.models import Pause, Schedule
from tests.integration.webui.conftest import Browse
from tests.support.graphs import calculator
from tests.support.runs import version_of
from tests.support.schedules import hourly, tick

pytestmark = pytest.mark.django_db

DAILY: dict[str, Any] = {
    "name": "Morning report",
    "kind": "cron",
    "cron": "0 9 * * *",
    "time_zone": "Asia/Kolkata",
    "unit": "60",
    "missed": "once",
    "overlap": "queue",
}


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return version_of(alice, calculator("Sum"))


def test_a_schedule_is_made_from_the_agents_page(
    version: GraphVersion, alice: User, browse: Browse
) -> None:
    client = browse(alice)
    url = f"/agents/{version.agent_id}/schedules/new/"
    assert f'href="{url}"' in client.get(f"/agents/{version.agent_id}/").content.decode()
    assert "0 9 * * MON-FRI" in client.get(url).content.decode()

    answer = client.post(url, DAILY, follow=True)

    schedule = Schedule.objects.get()
    assert answer.redirect_chain == [(f"/schedules/{schedule.pk}/", 302)]
    assert (schedule.cron, schedule.time_zone, schedule.owner) == (
        "0 9 * * *",
        "Asia/Kolkata",
        alice,
    )
    assert "Morning report" in client.get("/schedules/").content.decode()


def test_the_next_times_are_shown_before_anything_is_kept(
    version: GraphVersion, alice: User, browse: Browse
) -> None:
    alice.time_zone = "Europe/Berlin"
    alice.save()
    url = f"/agents/{version.agent_id}/schedules/new/"
    body = DAILY | {"time_zone": "Europe/Berlin", "preview": "1"}

    answer = browse(alice).post(url, body)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.count(", 09:00</time>") == 10
    assert not Schedule.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"cron": "61 * * * *"}, "The minute cannot be read."),
        ({"cron": ""}, "This is needed for the way in which it starts."),
        ({"kind": "interval"}, "This is needed for the way in which it starts."),
        ({"kind": "once", "at": "2020-01-01T00:00"}, "This time has passed."),
        ({"jitter_seconds": "4000"}, "Ensure this value is less than or equal to 3600."),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(
    version: GraphVersion,
    alice: User,
    browse: Browse,
    changed: dict[str, str],
    sentence: str,
) -> None:
    answer = browse(alice).post(f"/agents/{version.agent_id}/schedules/new/", DAILY | changed)

    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not Schedule.objects.exists()


def test_a_moment_is_read_in_the_persons_zone(
    version: GraphVersion, alice: User, browse: Browse
) -> None:
    alice.time_zone = "Asia/Kolkata"
    alice.save()
    year = now().year + 1
    body = DAILY | {"kind": "once", "at": f"{year}-05-01T09:00"}

    browse(alice).post(f"/agents/{version.agent_id}/schedules/new/", body)

    at = Schedule.objects.get().at
    assert at is not None
    assert at.strftime("%m-%d %H:%M") == "05-01 03:30"


def test_an_edit_keeps_what_it_does_not_show(alice: User, browse: Browse) -> None:
    schedule = hourly(alice, inputs={"Input": 4})
    body = DAILY | {"kind": "interval", "every": "2", "unit": "3600", "input-0": "4"}
    at = schedule.at
    assert at is not None
    body["at"] = at.strftime("%Y-%m-%dT%H:%M")

    answer = browse(alice).post(f"/schedules/{schedule.pk}/edit/", body)

    assert answer.status_code == 302
    schedule.refresh_from_db()
    assert (schedule.every_seconds, schedule.at, schedule.name) == (7200, at, "Morning report")


def test_the_page_shows_the_history_and_the_problem(alice: User, browse: Browse) -> None:
    schedule = hourly(alice, credential_inputs={"gone": {"id": "x"}})
    tick()

    text = browse(alice).get(f"/schedules/{schedule.pk}/").content.decode()

    assert "The last start was refused" in text
    assert "no credentials input" in text
    assert "Not started" in text


def test_buttons_pause_resume_run_and_delete(alice: User, browse: Browse) -> None:
    schedule = hourly(alice, next_time=now() + timedelta(minutes=30))
    client, url = browse(alice), f"/schedules/{schedule.pk}/"

    client.post(f"{url}pause/")
    schedule.refresh_from_db()
    assert schedule.pause == Pause.PERSON
    assert "Somebody paused it" in client.get(url).content.decode()
    client.post(f"{url}resume/")
    schedule.refresh_from_db()
    assert schedule.pause == Pause.NOT
    answer = client.post(f"{url}run/")
    assert answer["Location"] == f"/runs/{Execution.objects.get().pk}/"
    client.post(f"{url}delete/")
    assert not Schedule.objects.exists()


def test_times_that_have_passed_are_asked_for(alice: User, browse: Browse) -> None:
    schedule = hourly(
        alice, kind="cron", cron="0 9 * * *", every_seconds=None, next_time=now() + timedelta(1)
    )
    body = {"since": "2026-05-01T00:00", "until": "2026-05-03T00:00"}

    answer = browse(alice).post(f"/schedules/{schedule.pk}/backfill/", body, follow=True)

    assert "2 times will be started." in answer.content.decode()
    assert schedule.fires.count() == 2


def test_the_coming_week_is_in_the_persons_zone(alice: User, browse: Browse) -> None:
    alice.time_zone = "Asia/Kolkata"
    alice.save()
    line: dict[str, Any] = {"kind": "cron", "cron": "30 3 * * *", "every_seconds": None, "at": None}
    hourly(alice, name="Daily one", next_time=now() + timedelta(hours=1), **line)
    hourly(alice, name="Often", every_seconds=60, next_time=now() + timedelta(minutes=1))

    text = browse(alice).get("/schedules/week/").content.decode()

    assert text.count("Daily one") in {7, 6}  # today's may have passed
    assert "09:00" in text
    assert "more than" in text


def test_the_coming_week_leaves_out_what_is_paused(alice: User, browse: Browse) -> None:
    hourly(alice, name="Asleep", next_time=None, paused_at=now(), pause=Pause.PERSON, at=now())

    assert "Asleep" not in browse(alice).get("/schedules/week/").content.decode()


def test_a_preset_is_kept_and_fills_in_the_form(
    version: GraphVersion, alice: User, browse: Browse
) -> None:
    client = browse(alice)
    url = f"/agents/{version.agent_id}/presets/new/"

    client.post(url, {"name": "Forty-two", "is_active": "on", "input-0": "42"})

    preset = Preset.objects.get()
    assert (preset.inputs, preset.is_active) == ({"Input": "42"}, True)
    page = client.get(f"/agents/{version.agent_id}/?preset={preset.pk}").content.decode()
    assert "Forty-two" in page
    assert "42</textarea>" in page


def test_a_preset_in_use_says_who_uses_it(alice: User, browse: Browse) -> None:
    schedule = hourly(alice)
    preset = presets.create(alice, agent_id=schedule.agent_id, name="Kept")
    Schedule.objects.update(preset=preset)

    answer = browse(alice).post(f"/presets/{preset.pk}/delete/", follow=True)

    assert "is used by" in answer.content.decode()
    assert Preset.objects.exists()
