"""Which workers take tasks: what they note, and what follows from it."""

import json
import logging
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.models import User
from agents.executions import liveness, presence
from agents.executions.models import NodeExecution, Presence, WorkerLife
from agents.executions.models.worker_life import GONE, LATELY
from agents.executions.presence import Identity
from tests.support.graphs import GraphBuilder
from tests.support.runs import start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("servers")]

SECOND = timedelta(seconds=1)
EVER = timedelta(hours=1)


def worker(
    name: str = "io@one",
    *,
    queues: tuple[str, ...] = ("io",),
    slots: int = 2,
    silent_for: timedelta = SECOND,
    age: timedelta = EVER,
) -> WorkerLife:
    """Return a worker that started so long ago, and last took a task so long ago."""
    row = WorkerLife.objects.create(
        name=name,
        queues=list(queues),
        pool="threads",
        slots=slots,
        version="1",
        started_at=Now() - age,
        took_at=Now() - silent_for,
    )
    row.refresh_from_db()
    return row


def presences() -> dict[str, str]:
    return {row.name: row.presence for row in WorkerLife.objects.observed()}


def run_blocks(owner: User, name: str, number: int, *, lease: timedelta = EVER) -> None:
    """Let the worker run so many blocks, with leases that last so long."""
    graph = GraphBuilder()
    for _ in range(number):
        graph.node("Emit", values=[1])
    execution = start(owner, graph)
    NodeExecution.objects.filter(execution=execution).update(
        status="RUNNING", lease_until=Now() + lease, worker=f"{name}:77:MainThread"
    )


def test_the_first_sign_says_who_the_worker_is_and_later_ones_only_when() -> None:
    pk = uuid4()
    facts = {"name": "io@one", "queues": ["io"], "pool": "threads", "slots": 4, "version": "1"}
    WorkerLife.objects.sign(pk, **facts)
    first = WorkerLife.objects.get()
    WorkerLife.objects.update(took_at=Now() - EVER)

    WorkerLife.objects.sign(pk, **facts | {"name": "not read again"})

    [row] = WorkerLife.objects.all()
    assert (row.pk, row.name, row.queues, row.slots) == (pk, "io@one", ["io"], 4)
    assert row.started_at == first.started_at
    assert row.took_at > first.took_at


def test_a_worker_is_live_while_it_took_a_task_lately() -> None:
    worker("io@one", silent_for=LATELY - 5 * SECOND)
    worker("io@two", silent_for=LATELY + SECOND)

    assert presences() == {"io@one": Presence.LIVE, "io@two": Presence.SILENT}


def test_a_worker_whose_slots_are_all_taken_is_busy(alice: User) -> None:
    worker("io@one", slots=2, silent_for=EVER)
    run_blocks(alice, "io@one", 1)
    assert presences() == {"io@one": Presence.SILENT}  # one slot could take a task

    run_blocks(alice, "io@one", 1)
    assert presences() == {"io@one": Presence.BUSY}


def test_blocks_of_others_and_leases_that_ran_out_make_nobody_busy(alice: User) -> None:
    worker("io@one", slots=1, silent_for=EVER)
    worker("io@o%e", slots=1, silent_for=EVER)
    run_blocks(alice, "io@one-more", 3)
    run_blocks(alice, "io@one", 3, lease=-SECOND)

    assert set(presences().values()) == {Presence.SILENT}


def test_a_queue_is_served_by_those_who_are_live_or_busy(alice: User) -> None:
    worker("both@one", queues=("cpu", "io"))
    worker("cpu@busy", queues=("cpu",), slots=1, silent_for=EVER)
    worker("cpu@dead", queues=("cpu",), silent_for=EVER)
    run_blocks(alice, "cpu@busy", 1)

    assert [one.name for one in liveness.live_workers("io")] == ["both@one"]
    assert {one.name: one.presence for one in liveness.live_workers("cpu")} == {
        "both@one": Presence.LIVE,
        "cpu@busy": Presence.BUSY,
    }


def test_a_worker_that_was_started_again_is_listed_once() -> None:
    worker("io@one", silent_for=EVER, age=2 * EVER)
    worker("io@one", age=SECOND)

    [row] = WorkerLife.objects.observed()
    assert row.presence == Presence.LIVE


def test_workers_are_forgotten_once_they_are_gone_for_long_or_replaced(alice: User) -> None:
    silent = worker("io@silent", silent_for=GONE - 10 * SECOND)
    busy = worker("io@busy", slots=1, silent_for=EVER)
    run_blocks(alice, "io@busy", 1)
    worker("io@gone", silent_for=GONE + SECOND)
    worker("io@again", silent_for=LATELY + SECOND, age=EVER)
    again = worker("io@again", age=SECOND)

    assert WorkerLife.objects.forget_the_gone() == 2

    assert {row.pk for row in WorkerLife.objects.all()} == {silent.pk, busy.pk, again.pk}


def test_a_probe_hears_which_queues_nobody_serves() -> None:
    connection.ensure_connection()
    database = connection.connection
    assert isinstance(database, psycopg.Connection)
    end = " lately. `trellis doctor` says more."
    assert (
        liveness.problem(database) == f"No worker took a task from 'io' and 'cpu' and 'ticks'{end}"
    )

    worker(queues=("io",))
    assert liveness.problem(database) == f"No worker took a task from 'cpu' and 'ticks'{end}"

    worker(queues=("cpu",))
    assert liveness.problem(database) == f"No worker took a task from 'ticks'{end}"

    worker(queues=("ticks",))
    assert liveness.problem(database) is None


@pytest.fixture
def me(monkeypatch: pytest.MonkeyPatch) -> Identity:
    """This process is a worker."""
    found = Identity(uuid4(), "io@me", ("cpu", "io"), "prefork", 3)
    monkeypatch.setattr(presence, "_identity", [found])
    return found


def test_a_worker_answers_calls_for_itself(me: Identity) -> None:
    presence.answer(uuid4())
    assert not WorkerLife.objects.exists()

    presence.answer(me.id)

    [row] = WorkerLife.objects.all()
    assert (row.pk, row.name, row.queues) == (me.id, "io@me", ["cpu", "io"])
    assert (row.pool, row.slots) == ("prefork", 3)
    assert presence.name() == "io@me"


def test_a_process_that_is_no_worker_answers_nothing() -> None:
    presence.answer(uuid4())

    assert not WorkerLife.objects.exists()


def test_a_call_replaces_the_one_before_and_vanishes_by_itself(me: Identity) -> None:
    presence.call([me.id])
    presence.call([me.id])

    with redis.Redis.from_url(settings.REDIS_URL) as client:
        [message] = client.lrange(presence.door(me.id), 0, -1)
        assert json.loads(message)["headers"]["task"] == presence.ROLL_CALL
        assert json.loads(json.loads(message)["body"])[0] == [str(me.id)]
        assert 0 < client.ttl(presence.door(me.id)) <= presence.KEPT
        client.delete(presence.door(me.id))


def test_a_call_without_redis_is_a_line_in_the_log(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    with caplog.at_level(logging.WARNING):
        presence.call([uuid4()])

    assert "The roll was not called" in caplog.text


def test_who_does_not_answer_the_roll_in_time_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    there, _ = worker("io@there"), worker("io@not")

    def call(workers: list[UUID]) -> None:
        assert len(workers) == 2
        WorkerLife.objects.sign(there.pk)

    monkeypatch.setattr(presence, "call", call)

    rows = liveness.call_roll(patience=0.1)

    assert {row.name: row.presence for row in rows} == {
        "io@there": Presence.LIVE,
        "io@not": Presence.SILENT,
    }
