"""What is old goes: values first, then rows; whole families only, and nothing that has not ended."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.utils.timezone import now

from accounts.models import User
from agents.executions import files, tasks
from agents.executions.belongings import BELONGINGS, RUN
from agents.executions.disk import Disk
from agents.executions.files import RunFiles
from agents.executions.models import (
    Emission,
    Execution,
    NodeExecution,
    Review,
    Signal,
    StartKey,
)
from agents.executions.purging import Report, preview, purge
from agents.executions.retention import Ages
from agents.executions.reviewing import decide
from agents.executions.services import start_execution
from agents.executions.signalling import send
from agents.graphs import services as graphs
from agents.graphs.models import Agent
from launcher.paths import InstancePaths
from tests.integration.executions.conftest import Limits
from tests.support.graphs import calculator
from tests.support.purging import (
    EVERYTHING,
    NOTHING,
    ROWS,
    age,
    counted,
    left,
    old_run,
    parent_of_two,
)
from tests.support.reviews import asked
from tests.support.runs import fresh, run_to_end, start

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> Path:
    """Files of runs are kept in a directory of the test's own."""
    settings.PATHS = InstancePaths(tmp_path)
    folder: Path = settings.PATHS.files
    return folder


def test_questions_and_signals_lose_their_values_and_go_with_their_run(
    alice: User, limits: Limits
) -> None:
    execution, _, review = asked(alice, "secret")
    decide(review, by=alice, approve=True, data="edited")
    send(execution.pk, by=alice, name="paid", value="a value")
    age(run_to_end(execution), 100)

    limits(payload_retention_days=30)
    purge(Ages.of_instance())

    assert list(Review.objects.values_list("payload", "data", "name")) == [
        (None, None, "The refund")
    ]
    assert list(Signal.objects.values_list("value", "name")) == [(None, "paid")]
    purge(EVERYTHING)
    assert left() == {}


def test_by_default_everything_stays(alice: User) -> None:
    old_run(alice, days=3000)

    assert counted(purge(Ages.of_instance())) == NOTHING
    assert left() == ROWS


def test_a_run_goes_with_all_its_rows(alice: User, limits: Limits) -> None:
    limits(execution_retention_days=90)
    gone, kept = old_run(alice, 91), old_run(alice, 89)

    report = purge(Ages.of_instance())

    assert counted(report) == NOTHING | {"runs": 1, "rows": ROWS}
    assert left() == ROWS
    assert not Execution.objects.filter(pk=gone.pk).exists()
    assert fresh(kept).inputs == {"Input": 8}


def test_values_go_earlier_than_rows(alice: User, limits: Limits) -> None:
    limits(execution_retention_days=90, payload_retention_days=30)
    old, new = old_run(alice, 31), old_run(alice, 29)
    before = now()

    report = purge(Ages.of_instance())

    assert counted(report) == NOTHING | {
        "payloads": 1,
        "rows": {"emissions": 4, "run_storages": 1},
        "cleared": {"node_executions": 3},
    }
    found = fresh(old)
    assert (found.inputs, found.status, found.last_seq) == ({}, "COMPLETED", 12)
    assert found.payload_purged_at is not None
    assert before < found.payload_purged_at < now()
    assert [row.input_data for row in found.node_executions.all()] == [{}, {}, {}]
    assert found.events.count() == 12
    assert not Emission.objects.filter(node_execution__execution=old).exists()
    assert fresh(new).payload_purged_at is None
    assert Emission.objects.filter(node_execution__execution=new).count() == 4
    assert counted(purge(Ages.of_instance())) == NOTHING


def test_rows_go_later_than_their_values(alice: User, limits: Limits) -> None:
    limits(execution_retention_days=90, payload_retention_days=30)
    execution = old_run(alice, 31)
    purge(Ages.of_instance())
    age(execution, 91)

    report = purge(Ages.of_instance())

    gone_before = {"emissions", "run_storages"}
    rows = {name: count for name, count in ROWS.items() if name not in gone_before}
    assert counted(report) == NOTHING | {"runs": 1, "rows": rows}
    assert left() == {}


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING", "WAITING"])
def test_what_has_not_ended_is_never_purged(state: str, alice: User) -> None:
    execution = age(start(alice, calculator(), Input=1), 5000)
    extra = {"lease_until": now()} if state == "RUNNING" else {}
    NodeExecution.objects.update(status=state, **extra)
    before = left()

    assert counted(preview(EVERYTHING)) == NOTHING
    assert counted(purge(EVERYTHING)) == NOTHING
    assert left() == before
    assert fresh(execution).inputs == {"Input": 1}


def test_a_family_goes_together(alice: User) -> None:
    parent_of_two(alice)

    report = purge(Ages.older_than(90))

    assert (report.runs, left()) == (3, {})


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_family_stays_while_one_of_it_is_too_young(which: int, alice: User) -> None:
    family = parent_of_two(alice)
    age(family[which], 89)
    before = left()

    assert counted(purge(Ages.older_than(90))) == NOTHING
    assert left() == before


@pytest.mark.parametrize("which", [1, 2])
def test_a_family_stays_while_one_of_it_has_not_ended(which: int, alice: User) -> None:
    family = parent_of_two(alice)
    Execution.objects.filter(pk=family[which].pk).update(status="RUNNING", ended_at=None)
    before = left()

    assert counted(purge(Ages.older_than(90))) == NOTHING
    assert left() == before


def test_the_values_of_a_family_go_together(alice: User) -> None:
    parent_of_two(alice)

    report = purge(Ages.older_than(90), payloads_only=True)

    assert report.payloads == 3
    assert not Emission.objects.exists()
    assert [one.inputs for one in Execution.objects.all()] == [{}, {}, {}]


def test_an_agents_own_retention_is_longer_or_shorter_for_values_and_rows(
    alice: User, limits: Limits
) -> None:
    limits(execution_retention_days=90, payload_retention_days=30)
    longer, shorter, plain = old_run(alice, 200), old_run(alice, 8), old_run(alice, 8)
    set_retention(longer, 365)
    set_retention(shorter, 7)

    report = purge(Ages.of_instance())

    assert counted(report) == NOTHING | {"runs": 1, "rows": ROWS}
    assert fresh(longer).inputs == fresh(plain).inputs == {"Input": 8}
    assert not Execution.objects.filter(pk=shorter.pk).exists()


def test_an_agent_may_have_a_retention_where_the_instance_has_none(alice: User) -> None:
    set_retention(old_run(alice, 8), 7)
    kept = old_run(alice, 8)

    assert counted(preview(Ages.of_instance())) == NOTHING | {"runs": 1, "rows": ROWS}
    assert counted(purge(Ages.of_instance())) == NOTHING | {"runs": 1, "rows": ROWS}
    assert list(Execution.objects.all()) == [kept]


def test_a_familys_retention_is_that_of_the_agent_that_was_started(alice: User) -> None:
    family = parent_of_two(alice)
    set_retention(family[1], 1)

    assert counted(purge(Ages.of_instance())) == NOTHING
    set_retention(family[0], 99)
    assert purge(Ages.of_instance()).runs == 3


def test_older_than_takes_nothing_younger_and_nothing_that_its_owner_keeps(alice: User) -> None:
    kept, young, gone = old_run(alice, 100), old_run(alice, 8), old_run(alice, 100)
    set_retention(kept, 365)
    set_retention(young, 7)

    purge(Ages.older_than(90))

    assert set(Execution.objects.all()) == {kept, young}
    assert gone.pk not in Execution.objects.values_list("pk", flat=True)


def test_runs_of_deleted_agents_go_like_any_other(alice: User, limits: Limits) -> None:
    limits(execution_retention_days=90)
    version = graphs.create_agent(alice, calculator().file())
    execution = start_execution(owner=alice, agent_id=version.agent_id, inputs={"Input": 1})
    age(run_to_end(execution), 91)
    graphs.delete(version.agent)

    assert purge(Ages.of_instance()).runs == 1
    assert Agent.objects.filter(pk=version.agent_id).exists()  # with its versions


def test_the_key_that_began_a_run_goes_with_it(alice: User) -> None:
    execution = old_run(alice)
    StartKey.objects.create(owner=alice, key="k", digest="d", execution=execution)

    assert purge(Ages.older_than(90)).rows["start_keys"] == 1


@pytest.mark.parametrize("payloads_only", [False, True])
def test_a_preview_counts_what_a_purge_removes_and_changes_nothing(
    payloads_only: bool, alice: User, limits: Limits
) -> None:
    limits(execution_retention_days=90, payload_retention_days=30)
    parent_of_two(alice, 100)
    parent_of_two(alice, 50)
    executions = [old_run(alice, days) for days in (1, 40, 40, 95)]
    for execution in executions:
        RunFiles(execution.pk).write(b"content", name="a.txt")
    keep = leftover_folder(10)
    leftover_folder(31)
    before = left(), rows_as_they_are()

    told = preview(Ages.of_instance(), payloads_only=payloads_only)

    assert (left(), rows_as_they_are()) == before
    assert len(list(files.place().runs())) == 6
    found = purge(Ages.of_instance(), payloads_only=payloads_only)
    assert counted(told) == counted(found)
    assert (told.runs, told.payloads) == ((0, 9) if payloads_only else (4, 5))
    assert {one for one, _ in files.place().runs()} == {executions[0].pk, keep}


@pytest.mark.parametrize("payloads_only", [False, True])
@pytest.mark.parametrize("batch", [1, 2, 7, 1000])
def test_a_family_that_is_larger_than_a_batch_goes_in_pieces(
    batch: int, payloads_only: bool, alice: User
) -> None:
    parent_of_two(alice)
    told = preview(Ages.older_than(90), payloads_only=payloads_only)
    sizes: list[int] = []
    done = [0]

    def progress(report: Report) -> None:
        removed = sum(report.rows.values()) + sum(report.cleared.values())
        sizes.append(removed - done[0])
        done[0] = removed

    found = purge(Ages.older_than(90), payloads_only=payloads_only, batch=batch, progress=progress)

    assert counted(found) == counted(told)
    assert max(sizes) <= batch + 3  # and the rows of the family's runs
    assert set(Execution.objects.values_list("purging", flat=True)) <= {""}


def test_a_purge_that_broke_off_is_gone_on_with(alice: User) -> None:
    family = parent_of_two(alice)
    rows = preview(Ages.older_than(90)).rows
    broken = [0]

    def progress(report: Report) -> None:
        broken[0] = sum(report.rows.values())
        if broken[0] >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        purge(Ages.older_than(90), batch=10, progress=progress)

    assert not Execution.objects.visible_to(alice).exists()  # no half of it is shown
    assert Execution.objects.filter(purging="rows").count() == 3
    told = preview(Ages.of_instance())
    assert told.rows.total() == rows.total() - 20
    # It was begun, so it is ended, whatever the ages are now.
    assert counted(purge(Ages.of_instance())) == counted(told)
    assert left() == {}
    assert {one.pk for one in family}.isdisjoint(Execution.objects.values_list("pk", flat=True))


def test_values_that_are_half_purged_count_as_gone(alice: User) -> None:
    family = parent_of_two(alice)

    def progress(report: Report) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        purge(Ages.older_than(90), payloads_only=True, batch=2, progress=progress)

    assert Emission.objects.exists()
    assert all(fresh(one).payload_purged_at for one in family)
    assert Execution.objects.visible_to(alice).count() == 3
    found = purge(Ages.of_instance())
    assert (found.payloads, Emission.objects.count()) == (3, 0)
    assert all(fresh(one).purging == "" for one in family)


def test_a_purge_ends_when_its_time_is_over_and_the_next_goes_on(alice: User) -> None:
    for _ in range(3):
        old_run(alice)

    assert purge(Ages.older_than(90), seconds=-1).as_json() == NOTHING | {"complete": False}
    assert Execution.objects.count() == 3
    assert purge(Ages.older_than(90), seconds=60).runs == 3


def test_the_tick_removes_what_the_settings_say(alice: User, limits: Limits) -> None:
    old_run(alice)
    tasks.purge()
    assert left() == ROWS

    limits(execution_retention_days=99)
    tasks.purge()
    assert left() == {}


def test_files_go_with_the_values(alice: User) -> None:
    gone, kept = old_run(alice), old_run(alice, 1)
    for execution in (gone, kept):
        RunFiles(execution.pk).write(b"content", name="a.txt")

    report = purge(Ages.older_than(90), payloads_only=True)

    assert report.folders == 1
    assert [one for one, _ in files.place().runs()] == [kept.pk]


def test_files_that_a_crash_left_behind_go_by_their_age(alice: User, limits: Limits) -> None:
    execution = old_run(alice)
    RunFiles(execution.pk).write(b"content", name="a.txt")
    with patch.object(Disk, "discard", return_value=0):  # as if it died before
        purge(Ages.older_than(90), payloads_only=True)
    make_old(execution.pk, 31)
    young = leftover_folder(2)
    running = start(alice, calculator(), Input=1)
    RunFiles(running.pk).write(b"content", name="a.txt")
    make_old(running.pk, 5000)

    assert purge(Ages.of_instance()).folders == 0  # nothing goes where nothing may
    limits(payload_retention_days=30)
    assert preview(Ages.of_instance()).folders == 1
    assert purge(Ages.of_instance()).folders == 1
    assert {one for one, _ in files.place().runs()} == {young, running.pk}


def test_what_is_no_runs_folder_is_left_alone(data: Path) -> None:
    (data / "mine").mkdir(parents=True)
    (data / str(uuid4())).write_text("a file")
    for path in data.iterdir():
        os.utime(path, (0, 0))

    assert counted(purge(EVERYTHING)) == NOTHING
    assert len(list(data.iterdir())) == 2


def set_retention(execution: Execution, days: int) -> None:
    graphs.change_settings(execution.graph_version.agent, {"retention_days": days})


def leftover_folder(days: float) -> UUID:
    """Make the folder of a run that is not there, of this age."""
    pk = uuid4()
    RunFiles(pk).write(b"content", name="a.txt")
    make_old(pk, days)
    return pk


def make_old(pk: UUID, days: float) -> None:
    moment = datetime.timestamp(now() - timedelta(days=days))
    os.utime(settings.PATHS.files / str(pk), (moment, moment))


def rows_as_they_are() -> dict[str, list[Any]]:
    return {
        one.name: list(one.model._default_manager.order_by("pk").values())
        for one in (*BELONGINGS, RUN)
    }
