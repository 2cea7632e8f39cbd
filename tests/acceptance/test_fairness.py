"""One person queues thousands of runs; another one's single run does not wait for them."""

import time
from pathlib import Path

import pytest
from django.db.models import QuerySet

from accounts.models import User
from agents.executions import starting
from agents.executions.models import Execution
from agents.graphs.models import GraphVersion
from tests.support.crowds import copy_run
from tests.support.graphs import calculator
from tests.support.runs import version_of
from tests.support.waiting import eventually
from tests.support.workers import workers

PLACES = 100  # MAX_CONCURRENT_EXECUTIONS
QUEUED = 3000
SECONDS = 10.0  # usually a fraction of one; the machine may be busy with other tests


def begin(version: GraphVersion) -> Execution:
    return starting.start(owner_id=version.agent.owner_id, version=version, inputs={"Input": "8"})


def ended(owner: User) -> QuerySet[Execution]:
    return Execution.objects.filter(owner=owner, status="COMPLETED")


@pytest.mark.django_db(transaction=True)
def test_a_single_run_does_not_wait_for_the_thousands_that_another_person_queued(
    alice: User, bob: User, servers: None, tmp_path: Path
) -> None:
    many, single = version_of(alice, calculator()), version_of(bob, calculator())
    runs = [begin(many) for _ in range(PLACES + 1)]
    copy_run(Execution.objects.get(pk=runs[-1].pk), QUEUED - 1)
    waiting = Execution.objects.unadmitted().filter(owner=alice)
    assert waiting.count() == QUEUED

    with workers(1, tmp_path):
        eventually(lambda: ended(alice).count() > PLACES, timeout=60)
        before, began = ended(alice).count(), time.monotonic()
        mine = begin(single)
        eventually(lambda: ended(bob).filter(pk=mine.pk).exists(), timeout=60, every=0.01)
        took, meanwhile = time.monotonic() - began, ended(alice).count() - before
        left = waiting.count()

    # What was admitted before it may come first, and about as much that ends beside it.
    assert meanwhile <= 3 * PLACES
    assert left > QUEUED / 2, "the worker was done before the single run began"
    assert took < SECONDS
