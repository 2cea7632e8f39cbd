"""What becomes of a schedule's times."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils.timezone import now

from accounts.models import User
from agents.executions import services
from agents.executions.models import Cause, Execution
from agents.executions.services import stop_execution
from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from agents.presets import services as presets
from agents.presets.models import Preset
from agents.schedules import firing, taking
from agents.schedules.models import Fire, Missed, Overlap, Pause, Schedule
from notifications.models import Notification
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import run_to_end
from tests.support.schedules import end, fires, hourly, make_due, runs, tick

MINUTE = timedelta(minutes=1)


def test_a_time_that_has_come_starts_one_run(alice: User) -> None:
    schedule = hourly(alice)
    time = schedule.next_time

    tick()

    [run] = runs(schedule)
    assert (run.owner_id, run.cause, run.inputs) == (alice.pk, Cause.SCHEDULE, {"Input": 1})
    [fire] = schedule.fires.all()
    assert (fire.time, fire.status, fire.execution_id) == (time, Fire.Status.STARTED, run.pk)
    schedule.refresh_from_db()
    assert time is not None
    assert schedule.next_time == time + timedelta(hours=1)


def test_a_second_tick_starts_nothing(alice: User) -> None:
    schedule = hourly(alice)

    tick()
    tick()

    assert len(runs(schedule)) == 1


def test_a_time_that_is_noted_again_is_there_once(alice: User) -> None:
    schedule = hourly(alice)
    time = schedule.next_time
    tick()

    make_due(schedule, time)
    tick()

    assert len(runs(schedule)) == 1
    assert fires(schedule) == [("started", "")]


def test_a_time_that_comes_in_a_moment_is_noted_and_not_started(alice: User) -> None:
    schedule = hourly(alice, next_time=now() + timedelta(seconds=1.8))

    taking.take_due()
    taken = firing._take()

    assert fires(schedule) == [("due", "")]
    assert taken == []


def test_what_somebody_else_took_is_left_to_them(alice: User) -> None:
    schedule = hourly(alice)
    taking.take_due()
    firing._take()

    assert firing.start_due() == 0
    assert runs(schedule) == []


def test_what_a_lost_process_took_is_started_by_another(alice: User) -> None:
    schedule = hourly(alice)
    taking.take_due()
    firing._take()
    Fire.objects.update(taken_until=now() - timedelta(seconds=1))

    firing.start_due()

    assert len(runs(schedule)) == 1


def test_starts_of_one_moment_are_made_together(alice: User, bob: User) -> None:
    moment = now()
    schedules = [hourly(one, next_time=moment) for one in (alice, bob, alice, bob)]

    with patch.object(services, "start_executions", wraps=services.start_executions) as started:
        tick()

    assert [len(call.args[0]) for call in started.call_args_list] == [4]
    assert [len(runs(one)) for one in schedules] == [1] * 4
    assert [fires(one) for one in schedules] == [[("started", "")]] * 4


def test_one_that_is_refused_keeps_the_others_from_nothing(alice: User) -> None:
    moment = now()
    good, bad, other = (hourly(alice, next_time=moment, version=one) for one in (None, 9, 1))

    tick()

    assert [len(runs(one)) for one in (good, bad, other)] == [1, 0, 1]
    assert fires(bad) == [("failed", "not_found")]
    assert fires(good) == fires(other) == [("started", "")]


def test_times_of_one_schedule_are_started_one_after_the_other(alice: User) -> None:
    schedule = hourly(alice, overlap=Overlap.SKIP)
    first = now() - timedelta(seconds=2)
    for number in range(3):
        time = first + timedelta(seconds=number / 2)
        Fire.objects.create(schedule=schedule, time=time, due_at=time)

    firing.start_due()

    assert fires(schedule) == [("started", ""), ("skipped", "overlap"), ("skipped", "overlap")]


def test_a_start_that_was_withdrawn_is_not_made(alice: User) -> None:
    schedule = hourly(alice)
    taking.take_due()
    [fire] = firing._take()
    Fire.objects.all().delete()

    firing.start(fire)

    assert runs(schedule) == []


def test_a_paused_schedule_starts_nothing(alice: User) -> None:
    schedule = hourly(alice)
    Schedule.objects.update(paused_at=now(), pause=Pause.PERSON, next_time=None)

    tick()

    assert fires(schedule) == []


def test_a_preset_that_is_switched_off_starts_nothing_until_it_is_on_again(alice: User) -> None:
    schedule = hourly(alice)
    preset = presets.create(alice, agent_id=schedule.agent_id, name="Tea", inputs={"Input": 2})
    Schedule.objects.update(preset=preset, inputs={})
    Preset.objects.update(is_active=False)

    tick()

    assert fires(schedule) == [("skipped", "preset_inactive")]
    assert schedule.fires.get().reason.startswith("The preset “Tea” is switched off.")
    Preset.objects.update(is_active=True)
    make_due(schedule)
    tick()
    assert [run.inputs for run in runs(schedule)] == [{"Input": 2}]


def test_the_jitter_delays_the_start(alice: User) -> None:
    schedule = hourly(alice, jitter_seconds=3600)
    schedule.refresh_from_db()
    assert schedule.next_time is not None

    taking.take_due()

    [fire] = schedule.fires.all()
    assert fire.due_at == schedule.due_at(fire.time)
    assert fire.time < fire.due_at < fire.time + timedelta(hours=1)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Missed.SKIP, [("skipped", "missed")]),
        (Missed.ONCE, [("started", "missed")]),
        (Missed.ALL, [("started", "missed")] * 5),
    ],
)
def test_missed_times_are_made_up_for_as_the_schedule_says(
    alice: User, policy: str, expected: list[tuple[str, str]]
) -> None:
    schedule = hourly(
        alice,
        next_time=now() - timedelta(hours=4, minutes=30),
        missed=policy,
        overlap=Overlap.ALLOW,
    )

    tick()

    assert fires(schedule) == expected
    schedule.refresh_from_db()
    assert schedule.next_time is not None
    assert schedule.next_time > now()


def test_times_before_the_window_are_not_made_up_for(alice: User) -> None:
    schedule = hourly(
        alice,
        next_time=now() - timedelta(hours=4, minutes=30),
        missed=Missed.ALL,
        missed_window_seconds=2 * 3600,
        overlap=Overlap.ALLOW,
    )

    tick()

    assert fires(schedule) == [("skipped", "missed"), *[("started", "missed")] * 2]


def test_what_is_a_little_late_is_started(alice: User) -> None:
    schedule = hourly(alice, next_time=now() - timedelta(seconds=5), missed=Missed.SKIP)

    tick()

    assert fires(schedule) == [("started", "")]


def test_what_was_noted_and_lay_too_long_is_skipped_if_missed_times_are(alice: User) -> None:
    schedule = hourly(alice, missed=Missed.SKIP)
    taking.take_due()
    Fire.objects.update(due_at=now() - MINUTE)

    firing.start_due()

    assert fires(schedule) == [("skipped", "missed")]


@pytest.mark.parametrize(
    ("policy", "second"),
    [
        (Overlap.SKIP, ("skipped", "overlap")),
        (Overlap.QUEUE, ("waiting", "")),
        (Overlap.ALLOW, ("started", "")),
        (Overlap.REPLACE, ("started", "")),
    ],
)
def test_a_time_during_an_earlier_run_is_treated_as_the_schedule_says(
    alice: User, policy: str, second: tuple[str, str]
) -> None:
    schedule = hourly(alice, overlap=policy)
    tick()
    make_due(schedule)

    tick()

    assert fires(schedule) == [("started", ""), second]
    first = runs(schedule)[0]
    assert (first.status == "TERMINATED") == (policy == Overlap.REPLACE)


def test_a_time_that_waits_starts_when_the_earlier_run_has_ended(alice: User) -> None:
    schedule = hourly(alice)
    for _ in range(3):
        tick()
        make_due(schedule)
    tick()
    assert [one for one, _ in fires(schedule)] == ["started", "waiting", "waiting", "waiting"]

    run_to_end(runs(schedule)[0])
    tick()

    assert [one for one, _ in fires(schedule)] == ["started", "started", "waiting", "waiting"]
    assert len(runs(schedule)) == 2


def test_runs_of_another_schedule_hold_up_nothing(alice: User) -> None:
    graph = calculator()
    first = hourly(alice, graph)
    second = hourly(alice, graph, overlap=Overlap.SKIP)

    tick()

    assert [fires(first), fires(second)] == [[("started", "")]] * 2


def test_an_agent_that_cannot_run_any_more_is_skipped_and_reported(alice: User) -> None:
    broken = GraphBuilder()
    broken.node("CalculatorBlock", operation="Add")
    schedule = hourly(alice, broken)

    tick()

    assert fires(schedule) == [("failed", "graph_not_runnable")]
    assert runs(schedule) == []
    schedule.refresh_from_db()
    assert schedule.refusal == schedule.fires.get().reason != ""
    assert schedule.next_time is not None
    note = Notification.objects.get(owner=alice)
    assert (note.kind, note.text, note.link) == (
        "SCHEDULE_PAUSED",
        schedule.refusal,
        f"/schedules/{schedule.pk}/",
    )


def test_a_start_that_succeeds_clears_the_problem(alice: User) -> None:
    schedule = hourly(alice)
    Schedule.objects.update(refusal="It was broken.", refused_at=now())

    tick()

    schedule.refresh_from_db()
    assert (schedule.refusal, schedule.refused_at) == ("", None)


def test_a_schedule_of_a_deleted_agent_is_paused(alice: User) -> None:
    schedule = hourly(alice)
    graphs.delete(GraphVersion.objects.get(agent=schedule.agent_id).agent)

    tick()

    schedule.refresh_from_db()
    assert (schedule.pause, schedule.next_time) == (Pause.AGENT, None)
    assert fires(schedule) == [("failed", "not_found")]


def test_a_schedule_of_a_closed_account_is_paused(alice: User) -> None:
    schedule = hourly(alice)
    User.objects.update(is_active=False)

    tick()

    schedule.refresh_from_db()
    assert (schedule.pause, runs(schedule)) == (Pause.OWNER, [])


def test_the_end_of_a_run_is_noted(alice: User) -> None:
    schedule = hourly(alice)
    tick()

    end(runs(schedule)[0], "COMPLETED")

    fire = schedule.fires.get()
    assert (fire.status, fire.outcome) == (Fire.Status.ENDED, "COMPLETED")


def test_so_many_failures_in_a_row_pause_the_schedule(alice: User) -> None:
    schedule = hourly(alice, pause_after_failures=2)
    for status in ("FAILED", "COMPLETED", "FAILED"):
        tick()
        end(runs(schedule)[-1], status)
        make_due(schedule)
    schedule.refresh_from_db()
    assert (schedule.pause, schedule.failures_in_row) == (Pause.NOT, 1)

    tick()
    end(runs(schedule)[-1], "FAILED")

    schedule.refresh_from_db()
    assert (schedule.pause, schedule.next_time, schedule.failures_in_row) == (
        Pause.FAILURES,
        None,
        2,
    )
    notes = Notification.objects.filter(owner=alice, about=f"schedule {schedule.pk}")
    assert [note.title for note in notes] == [f"The schedule {schedule.name} was paused"]


def test_a_run_that_was_stopped_is_no_failure(alice: User) -> None:
    schedule = hourly(alice, pause_after_failures=1)
    tick()
    [run] = runs(schedule)

    stop_execution(run.pk)
    Execution.objects.update(announced=False)
    end(Execution.objects.get(), "TERMINATED")

    schedule.refresh_from_db()
    assert (schedule.pause, schedule.failures_in_row) == (Pause.NOT, 0)


def test_a_single_time_is_over_after_it(alice: User) -> None:
    moment = now()
    schedule = hourly(alice, kind="once", every_seconds=None, at=moment, next_time=moment)

    tick()

    schedule.refresh_from_db()
    assert (schedule.is_over, len(runs(schedule))) == (True, 1)
