"""Making, changing, pausing, running and removing schedules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import User
from agents.engine.errors import InvalidInputs
from agents.executions.models import Cause, Execution
from agents.presets import services as presets
from agents.presets.services import PresetInUse, WrongPreset
from agents.schedules import services, taking
from agents.schedules.errors import (
    BackfillTooLarge,
    InvalidSchedule,
    ScheduleIsOver,
    TooManySchedules,
)
from agents.schedules.models import Fire, Kind, Pause, Schedule
from audit.models import Entry
from kernel.errors import NotFound
from telemetry.redaction import MARK
from tests.support.graphs import calculator
from tests.support.runs import version_of
from tests.support.schedules import fires, hourly, make_due, runs, tick

DAILY: dict[str, Any] = {"name": "Daily", "kind": Kind.CRON, "cron": "0 9 * * *"}


def made(owner: User, **fields: Any) -> Schedule:
    agent = version_of(owner, calculator()).agent_id
    return services.create(owner, agent, **{**DAILY, "inputs": {"Input": 1}, **fields})


def test_a_schedule_knows_its_next_time_in_its_zone(alice: User) -> None:
    schedule = made(alice, time_zone="Asia/Kolkata")

    assert schedule.next_time is not None
    assert schedule.next_time.astimezone(UTC).strftime("%H:%M") == "03:30"
    assert Entry.objects.get(action="schedule.created").object_id == str(schedule.pk)


@pytest.mark.parametrize(
    ("fields", "attr"),
    [
        ({"cron": "0 25 * * *"}, "cron"),
        ({"cron": "0 0 30 2 *"}, "cron"),
        ({"time_zone": "Mars/Olympus"}, "timezone"),
        ({"kind": Kind.ONCE, "cron": "", "at": datetime(2020, 1, 1, tzinfo=UTC)}, "at"),
        ({"kind": Kind.ONCE, "cron": "", "at": datetime(9999, 1, 1, tzinfo=UTC)}, "at"),
        (
            {
                "kind": Kind.INTERVAL,
                "cron": "",
                "every_seconds": 59,
                "at": datetime(2026, 11, 1, tzinfo=UTC),
            },
            "every_seconds",
        ),
        ({"jitter_seconds": 3601}, "jitter_seconds"),
        ({"missed_window_seconds": 59}, "missed_window_seconds"),
        ({"pause_after_failures": 0}, "pause_after_failures"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_field(
    alice: User, fields: dict[str, Any], attr: str
) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        made(alice, **fields)

    assert [one.attr for one in refused.value.errors] == [attr]
    assert not Schedule.objects.exists()


def test_it_is_checked_as_a_start_is(alice: User) -> None:
    with pytest.raises(InvalidInputs):
        made(alice, credential_inputs={"nothing": {"id": "x"}})

    assert not Schedule.objects.exists()


def test_somebody_elses_agent_is_not_there(alice: User, charlie: User) -> None:
    agent = version_of(alice, calculator()).agent_id

    with pytest.raises(NotFound):
        services.create(charlie, agent, **DAILY)


def test_a_person_has_so_many_schedules(alice: User, settings: Any) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "most": 1}
    made(alice)

    with pytest.raises(TooManySchedules):
        made(alice)

    assert Schedule.objects.count() == 1


def test_a_new_line_counts_at_once(alice: User) -> None:
    schedule = hourly(alice, kind=Kind.CRON, cron="* * * * *", every_seconds=None, at=None)
    taking.take_due()
    assert fires(schedule) == [("due", "")]

    schedule = services.change(alice, schedule, cron="0 9 1 1 *")

    assert fires(schedule) == []
    assert schedule.next_time is not None
    assert schedule.next_time.strftime("%m-%d %H:%M") == "01-01 09:00"


def test_a_new_zone_counts_at_once(alice: User) -> None:
    schedule = made(alice)

    changed = services.change(alice, schedule, time_zone="Asia/Kolkata")

    assert changed.next_time is not None
    assert changed.next_time.astimezone(UTC).strftime("%H:%M") == "03:30"


def test_a_new_name_withdraws_nothing(alice: User) -> None:
    schedule = hourly(alice)
    taking.take_due()

    services.change(alice, schedule, name="Other")

    assert fires(schedule) == [("due", "")]


def test_a_change_that_is_refused_changes_nothing(alice: User) -> None:
    schedule = made(alice)

    with pytest.raises(InvalidSchedule):
        services.change(alice, schedule, name="Other", cron="nonsense")

    schedule.refresh_from_db()
    assert (schedule.name, schedule.cron) == ("Daily", "0 9 * * *")


def test_a_mark_that_is_sent_back_leaves_the_secret(alice: User) -> None:
    schedule = made(alice, inputs={"Input": 1, "api_key": "hidden"})

    services.change(alice, schedule, inputs={"Input": 2, "api_key": MARK})

    schedule.refresh_from_db()
    assert schedule.inputs == {"Input": 2, "api_key": "hidden"}


def test_a_pause_withdraws_what_has_not_started(alice: User) -> None:
    schedule = hourly(alice)
    taking.take_due()

    paused = services.pause(schedule)

    assert (paused.pause, paused.next_time, fires(schedule)) == (Pause.PERSON, None, [])
    tick()
    assert runs(schedule) == []


def test_what_passed_during_a_pause_is_not_made_up_for(alice: User) -> None:
    schedule = hourly(alice)
    services.pause(schedule)
    Schedule.objects.update(at=now() - timedelta(hours=5, minutes=1))

    resumed = services.resume(schedule)

    assert resumed.next_time is not None
    assert resumed.next_time > now()
    assert (resumed.pause, resumed.failures_in_row) == (Pause.NOT, 0)


def test_a_single_time_that_passed_cannot_be_resumed(alice: User) -> None:
    schedule = hourly(alice, kind=Kind.ONCE, every_seconds=None)
    services.pause(schedule)

    with pytest.raises(ScheduleIsOver):
        services.resume(schedule)

    schedule.refresh_from_db()
    assert schedule.is_paused


def test_a_run_at_once_leaves_the_times_alone(alice: User) -> None:
    schedule = made(alice)
    before = schedule.next_time

    run = services.run_now(alice, schedule)

    assert (run.cause, run.cause_id) == (Cause.SCHEDULE, schedule.pk)
    fire = schedule.fires.get()
    assert (fire.origin, fire.execution_id) == (Fire.Origin.PERSON, run.pk)
    schedule.refresh_from_db()
    assert schedule.next_time == before


def test_a_range_is_started_one_after_the_other_and_each_time_once(alice: User) -> None:
    schedule = made(alice)
    first = now() - timedelta(days=3)

    asked = services.backfill(schedule, first, now())
    again = services.backfill(schedule, first, now())
    tick()

    assert (len(asked), len(again)) == (3, 0)
    assert [one for one, _ in fires(schedule)] == ["started", "waiting", "waiting"]
    assert len(runs(schedule)) == 1


def test_times_that_were_skipped_can_be_asked_for_afterwards(alice: User) -> None:
    schedule = hourly(alice, next_time=now() - timedelta(minutes=30), missed="skip")
    tick()
    assert fires(schedule) == [("skipped", "missed")]

    [fire] = services.backfill(schedule, now() - timedelta(hours=1), now())
    tick()

    assert fire.origin == Fire.Origin.BACKFILL
    assert fires(schedule) == [("started", "")]


def test_a_range_with_too_many_times_is_refused(alice: User) -> None:
    schedule = made(alice, cron="* * * * *")

    with pytest.raises(BackfillTooLarge):
        services.backfill(schedule, now() - timedelta(hours=5), now())

    assert fires(schedule) == []


@pytest.mark.parametrize(("first", "last"), [(-1, -2), (-1, 1)])
def test_a_range_lies_in_the_past_and_forwards(alice: User, first: int, last: int) -> None:
    schedule = made(alice)

    with pytest.raises(InvalidSchedule):
        services.backfill(schedule, now() + timedelta(days=first), now() + timedelta(days=last))


def test_a_preset_gives_what_the_schedule_does_not(alice: User) -> None:
    schedule = hourly(alice, inputs={"Input": 7})
    preset = presets.create(
        alice, agent_id=schedule.agent_id, name="Kept", inputs={"Input": 1, "Other": 2}
    )

    services.change(alice, schedule, preset=preset)
    tick()

    [run] = runs(schedule)
    assert (run.inputs, run.preset_id) == ({"Input": 7, "Other": 2}, preset.pk)


def test_a_preset_of_another_agent_is_refused(alice: User) -> None:
    schedule = made(alice)
    other = version_of(alice, calculator("Other")).agent_id
    preset = presets.create(alice, agent_id=other, name="Kept")

    with pytest.raises(WrongPreset):
        services.change(alice, schedule, preset=preset)


def test_a_preset_that_a_schedule_starts_with_stays(alice: User) -> None:
    schedule = made(alice)
    preset = presets.create(alice, agent_id=schedule.agent_id, name="Kept")
    services.change(alice, schedule, preset=preset)

    with pytest.raises(PresetInUse, match="Daily"):
        presets.delete(preset)

    preset.refresh_from_db()


def test_runs_outlive_their_schedule(alice: User) -> None:
    schedule = hourly(alice)
    tick()

    services.delete(schedule)

    assert Execution.objects.count() == 1
    assert not Fire.objects.exists()


def test_a_schedule_runs_what_is_active_then(alice: User) -> None:
    schedule = hourly(alice)
    make_due(schedule)

    tick()

    assert [run.graph_version.version for run in runs(schedule)] == [1]
