"""What is old goes: values first, then rows; whole families only, and nothing that has not ended."""

import os
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.utils.timezone import now

from accounts.models import User
from agents.executions import files, retention, tasks
from agents.executions.belongings import BELONGINGS, REFERENCES, RUN
from agents.executions.files import RunFiles
from agents.executions.models import (
    Emission,
    Event,
    EventWait,
    Execution,
    NodeExecution,
    Review,
    Signal,
    StartKey,
)
from agents.executions.payloads import PayloadPurged
from agents.executions.purging import Report, preview, purge
from agents.executions.retention import Ages
from agents.executions.reviewing import decide
from agents.executions.services import retry_execution, start_execution
from agents.executions.signalling import send
from agents.graphs import services as graphs
from agents.graphs.models import Agent
from kernel.errors import NotFound
from kernel.fields import JSONText
from launcher.paths import InstancePaths
from tests.integration.executions.conftest import Limits
from tests.support.cases import shown, values
from tests.support.graphs import GraphBuilder, calculator
from tests.support.reviews import asked
from tests.support.runs import fresh, run, run_to_end, start

pytestmark = pytest.mark.django_db

NOTHING = {
    "runs": 0,
    "payloads": 0,
    "rows": {},
    "cleared": {},
    "folders": 0,
    "complete": True,
}
# Of one run of the calculator.
ROWS = {"emissions": 4, "events": 12, "executions": 1, "node_executions": 3}
EVERYTHING = Ages.older_than(0)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> Path:
    """Files of runs are kept in a directory of the test's own."""
    settings.PATHS = InstancePaths(tmp_path)
    folder: Path = settings.PATHS.files
    return folder


def age(execution: Execution, days: float) -> Execution:
    """Let a run have begun and ended so many days ago."""
    moment = now() - timedelta(days=days)
    rows = Execution.objects.filter(pk=execution.pk)
    rows.update(created=moment)
    rows.exclude(ended_at=None).update(ended_at=moment)
    return fresh(execution)


def old_run(owner: User, days: float = 100) -> Execution:
    return age(run(owner, calculator(), Input=8), days)


def parent_of_two(owner: User, days: float = 100) -> list[Execution]:
    """Return a run and the two that it started, all of them ended."""
    inner = calculator("Inner")
    outer = GraphBuilder("Outer")
    first, second = outer.agent(inner, Input=1), outer.agent(inner, Input=2)
    shown(outer, first, "Output", "first")
    shown(outer, second, "Output", "second")
    root = run(owner, outer)
    family = [root, *Execution.objects.filter(root=root)]
    return [age(one, days) for one in family]


def counted(report: Report) -> dict[str, Any]:
    """Return the report without tables of which nothing went."""
    told = report.as_json()
    return told | {key: {k: n for k, n in told[key].items() if n} for key in ("rows", "cleared")}


def left() -> dict[str, int]:
    found = {one.name: one.model._default_manager.count() for one in (*BELONGINGS, RUN)}
    return {name: count for name, count in found.items() if count}


def test_every_table_that_points_at_a_run_is_handled() -> None:
    owned = {Execution, *(one.model for one in BELONGINGS)}
    known: set[tuple[type[models.Model], str]] = {(one.model, one.link) for one in BELONGINGS}
    known |= {(one.model, one.link) for one in REFERENCES}
    known |= {(Execution, "parent"), (Execution, "root")}  # inside a family
    # Of the same run.
    known |= {(one, "node_execution") for one in (Event, EventWait, Review)}
    known |= {(Signal, "taken_by")}

    pointing = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model in owned
    }

    assert pointing - known == set(), "add these to agents/executions/belongings.py"


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


def test_what_points_at_a_table_goes_before_it() -> None:
    order = [one.model for one in BELONGINGS]

    for one in BELONGINGS:
        for field in one.model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.related_model in order:
                assert order.index(one.model) < order.index(field.related_model)


def test_every_json_column_of_a_run_is_a_value_or_a_fact() -> None:
    for one in (*BELONGINGS, RUN):
        if one.is_value:
            continue
        json = {
            field.name
            for field in one.model._meta.concrete_fields
            if isinstance(field, JSONText | models.JSONField)
        }
        assert json == {*one.values, *one.facts}, one.table


def test_every_foreign_key_to_what_is_purged_has_an_index() -> None:
    """Else each row that is deleted costs a scan of the table that may point at it."""
    tables = [one.table for one in (*BELONGINGS, RUN)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT key.conrelid::regclass::text || '.' || field.attname
            FROM pg_constraint key
            JOIN pg_attribute field ON field.attrelid = key.conrelid AND field.attnum = key.conkey[1]
            WHERE key.contype = 'f' AND key.confrelid::regclass::text = ANY(%s)
            AND NOT EXISTS (
              SELECT FROM pg_index found WHERE found.indrelid = key.conrelid
              AND found.indkey[0] = key.conkey[1] AND found.indpred IS NULL
            )
            """,
            [tables],
        )
        assert cursor.fetchall() == []


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
        "rows": {"emissions": 4},
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

    rows = {name: count for name, count in ROWS.items() if name != "emissions"}
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
    assert len(list(files.folders())) == 6
    found = purge(Ages.of_instance(), payloads_only=payloads_only)
    assert counted(told) == counted(found)
    assert (told.runs, told.payloads) == ((0, 9) if payloads_only else (4, 5))
    assert {one for one, _ in files.folders()} == {executions[0].pk, keep}


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
    assert [one for one, _ in files.folders()] == [kept.pk]


def test_files_that_a_crash_left_behind_go_by_their_age(alice: User, limits: Limits) -> None:
    execution = old_run(alice)
    RunFiles(execution.pk).write(b"content", name="a.txt")
    with patch.object(files, "discard", return_value=False):  # as if it died before
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
    assert {one for one, _ in files.folders()} == {young, running.pk}


def test_what_is_no_runs_folder_is_left_alone(data: Path) -> None:
    (data / "mine").mkdir(parents=True)
    (data / str(uuid4())).write_text("a file")
    for path in data.iterdir():
        os.utime(path, (0, 0))

    assert counted(purge(EVERYTHING)) == NOTHING
    assert len(list(data.iterdir())) == 2


@pytest.mark.django_db(transaction=True)
def test_purgers_at_once_remove_each_row_once(alice: User, servers: None) -> None:
    for _ in range(8):
        old_run(alice)
    parent_of_two(alice)
    expected = preview(Ages.older_than(90))
    found: list[Report] = []
    together = threading.Barrier(3)

    def purging_beside_others() -> None:
        together.wait()
        try:
            found.append(purge(Ages.older_than(90), batch=20))
        finally:
            connection.close()

    threads = [threading.Thread(target=purging_beside_others) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.append(purge(Ages.older_than(90)))  # what was locked when they looked

    total = Report()
    for report in found:
        total.add(report)
    assert counted(total) == counted(expected)
    assert left() == {}


@pytest.mark.django_db(transaction=True)
def test_a_run_that_somebody_has_locked_is_passed_over(alice: User, servers: None) -> None:
    held, free = old_run(alice), old_run(alice)
    found: list[Report] = []

    def purging_meanwhile() -> None:
        try:
            found.append(purge(Ages.older_than(90)))
        finally:
            connection.close()

    with transaction.atomic():
        Execution.objects.locked(held.pk)
        thread = threading.Thread(target=purging_meanwhile)
        thread.start()
        thread.join(timeout=30)

    assert [report.runs for report in found] == [1]
    assert list(Execution.objects.all()) == [held]
    assert not Execution.objects.filter(pk=free.pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("which", [1, 2])
def test_a_family_of_which_somebody_has_locked_a_run_is_passed_over(
    which: int, alice: User, servers: None
) -> None:
    family = parent_of_two(alice)
    found: list[Report] = []

    def purging_meanwhile() -> None:
        try:
            found.append(purge(Ages.older_than(90)))
        finally:
            connection.close()

    with transaction.atomic():
        Execution.objects.locked(family[which].pk)
        thread = threading.Thread(target=purging_meanwhile)
        thread.start()
        thread.join(timeout=30)

    assert [counted(report) for report in found] == [NOTHING]
    assert Execution.objects.count() == 3


def failed_run(owner: User) -> Execution:
    graph = GraphBuilder()
    shown(graph, values(graph, 1, fail="It broke."), "out")
    return age(run(owner, graph), 100)


def test_a_run_without_its_values_is_not_retried(alice: User) -> None:
    execution = failed_run(alice)
    purge(Ages.older_than(90), payloads_only=True)
    before = fresh(execution)

    with pytest.raises(PayloadPurged) as refusal:
        retry_execution(execution.pk)

    assert (refusal.value.code, refusal.value.status) == ("payload_purged", 409)
    assert f"The values of the run {execution.pk} were purged on" in refusal.value.message
    after = fresh(execution)
    assert (after.status, after.last_seq, after.ended_at) == (
        "FAILED",
        before.last_seq,
        before.ended_at,
    )


def test_a_run_that_is_gone_is_not_retried(alice: User) -> None:
    execution = failed_run(alice)
    purge(Ages.older_than(90))

    with pytest.raises(NotFound):
        retry_execution(execution.pk)


def test_a_run_that_is_retried_is_not_old_any_more(alice: User) -> None:
    execution = failed_run(alice)
    retry_execution(execution.pk)

    assert counted(purge(EVERYTHING)) == NOTHING
    assert fresh(execution).status == "RUNNING"


def test_a_hint_that_is_not_true_any_more_is_dropped(alice: User) -> None:
    execution = failed_run(alice)

    def retried_meanwhile(*args: Any, **kwargs: Any) -> Any:
        found = retention.due(*args, **kwargs)
        if found:
            retry_execution(execution.pk)
        return found

    with patch("agents.executions.purging.due", retried_meanwhile):
        assert counted(purge(Ages.older_than(90))) == NOTHING

    assert fresh(execution).status == "RUNNING"


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
    os.utime(RunFiles(pk).folder, (moment, moment))


def rows_as_they_are() -> dict[str, list[Any]]:
    return {
        one.name: list(one.model._default_manager.order_by("pk").values())
        for one in (*BELONGINGS, RUN)
    }
