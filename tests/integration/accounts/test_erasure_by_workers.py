"""A large account is erased by real workers, one of which is killed while it does that."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings

from accounts import erasure, holdings
from accounts.models import User
from agents.executions.models import Execution
from audit.models import Entry
from benchmarks import history
from tests.support.graphs import calculator
from tests.support.runs import run
from tests.support.waiting import eventually
from tests.support.workers import database_url, ticking, workers

RUNS = 700  # some batches of what a purge removes
LONG = 120.0  # seconds, on a busy machine


@contextmanager
def held(execution: Execution) -> Iterator[None]:
    """Keep the run locked, so that its owner cannot be gone before this ends."""
    with psycopg.connect(database_url()) as other:
        other.execute(
            "SELECT FROM executions_execution WHERE id = %s FOR UPDATE", [execution.pk]
        ).fetchone()
        yield


def left_of(person: int) -> dict[str, int]:
    going = [one for one in holdings.everything() if one.erase is not holdings.stays]
    found = {one.model._meta.label: one.rows(person).count() for one in going}
    return {label: count for label, count in found.items() if count}


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_while_it_erases_somebody_leaves_the_rest_to_another(
    alice: User, bob: User, servers: None, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete("io", "ticks")  # what other tests left
    his = run(bob, calculator("Bob's"), Input=1)
    last = run(alice, calculator("Alice's"), Input=1)
    history.fill(last, RUNS)
    mine = Execution.objects.filter(owner=alice)
    assert mine.count() == RUNS + 1

    with workers(1, tmp_path / "first") as [doomed], held(last):
        erasure.begin(alice)
        eventually(lambda: mine.count() < RUNS, timeout=LONG, every=0.01)
        doomed.kill()
    assert mine.filter(pk=last.pk).exists()
    assert User.objects.filter(pk=alice.pk, is_active=False).exists()

    with workers(1, tmp_path / "second"), ticking(tmp_path / "second"):
        gone = User.objects.filter(pk=alice.pk)
        eventually(lambda: not gone.exists(), timeout=LONG, what="the end of the erasure")

    assert left_of(alice.pk) == {}
    assert [one.pk for one in Execution.objects.all()] == [his.pk]
    assert left_of(bob.pk)["executions.NodeExecution"] == 3
    assert Entry.objects.filter(owner_id=alice.pk, action="account.erased").count() == 1
