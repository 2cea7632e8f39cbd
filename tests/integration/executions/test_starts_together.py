"""Several runs that begin in one transaction are as runs that begin one after another."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from agents.engine.errors import InvalidInputs
from agents.executions import services
from agents.executions.models import Cause, Execution, NodeExecution
from agents.executions.models import Event as RecordedEvent
from agents.executions.services import Wanted
from agents.executions.starting import Origin, StartAlone
from agents.graphs.models import GraphVersion
from agents.graphs.settings import WhenFull
from audit.models import Entry
from kernel.errors import NotFound, TrellisError
from quotas.models import OwnQuota, Usage
from quotas.runs import RunQuotaUsedUp
from quotas.storage import StorageFull
from tests.support.graphs import calculator
from tests.support.places import admitted, at_once, begin, limit, printing, run_to_the_end
from tests.support.runs import version_of

pytestmark = pytest.mark.django_db(transaction=True)

Limits = Callable[..., None]


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return version_of(alice, calculator())


def wanted(of: GraphVersion, **fields: Any) -> Wanted:
    given: dict[str, Any] = {"version": None, "inputs": {"Input": "8"}, **fields}
    return Wanted(of.agent.owner, of.agent_id, **given)


def test_each_is_a_run_as_if_it_had_begun_alone(version: GraphVersion) -> None:
    alone = begin(version)
    cause = uuid4()

    together = services.start_executions(
        [wanted(version, origin=Origin(Cause.SCHEDULE, cause)), wanted(version)]
    )

    runs = [alone, *together]
    for one in runs:
        run_to_the_end(one)
        one.refresh_from_db()
    told = [
        list(
            RecordedEvent.objects.filter(execution=one)
            .order_by("seq")
            .values_list("seq", "kind", "status", "note")
        )
        for one in runs
    ]
    assert told[1] == told[2] == told[0]
    for run in runs:
        assert (run.status, run.unfinished, run.failed) == ("COMPLETED", 0, 0)
    assert [run.cause_id for run in runs] == [None, cause, None]
    assert Entry.objects.filter(object_id__in=[str(one.pk) for one in runs]).count() == 3
    assert Usage.objects.get(pk=version.agent.owner_id).runs_of_day == 3


def test_they_count_one_another_and_wait_in_their_order(
    version: GraphVersion, limits: Limits
) -> None:
    limits(max_concurrent=2)

    runs = services.start_executions([wanted(version) for _ in range(4)])

    assert admitted(*runs) == [True, True, False, False]
    run_to_the_end(runs[0])
    assert admitted(*runs) == [True, True, True, False]


def test_of_an_agent_that_is_full_they_wait_for_its_runs(version: GraphVersion) -> None:
    limit(version, 2)

    runs = services.start_executions([wanted(version) for _ in range(3)])

    assert admitted(*runs) == [True, True, False]


def test_people_do_not_wait_for_one_another(
    bob: User, version: GraphVersion, limits: Limits
) -> None:
    limits(max_concurrent=1)
    bobs = version_of(bob, printing())

    runs = services.start_executions(
        [wanted(version), wanted(version), wanted(bobs, inputs={}), wanted(bobs, inputs={})]
    )

    assert admitted(*runs) == [True, False, True, False]
    assert [run.owner_id for run in runs] == [version.agent.owner_id] * 2 + [bob.pk] * 2


@pytest.mark.parametrize("when_full", ["skip", "replace_oldest"])
def test_where_one_must_do_more_than_wait_none_begins(
    version: GraphVersion, when_full: WhenFull
) -> None:
    limit(version, 1, when_full)

    with pytest.raises(StartAlone):
        services.start_executions([wanted(version), wanted(version)])

    assert_nothing_began()


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"version": 9}, NotFound),
        ({"credentials_inputs": {"none": {"id": "1"}}}, InvalidInputs),
    ],
)
def test_where_one_cannot_begin_none_does(
    version: GraphVersion, bad: dict[str, Any], error: type[TrellisError]
) -> None:
    with pytest.raises(error):
        services.start_executions([wanted(version), wanted(version, **bad), wanted(version)])

    assert_nothing_began()


def test_the_one_too_many_of_a_day_lets_none_begin(alice: User, version: GraphVersion) -> None:
    OwnQuota.objects.create(user=alice, runs_per_day=2)

    with pytest.raises(RunQuotaUsedUp):
        services.start_executions([wanted(version) for _ in range(3)])

    assert_nothing_began()
    assert len(services.start_executions([wanted(version) for _ in range(2)])) == 2


def test_their_bytes_are_counted_together(alice: User) -> None:
    OwnQuota.objects.create(user=alice, storage_mb=1)
    version = version_of(alice, calculator())
    large = {"inputs": {"Input": "8", "more": "x" * 600_000}}

    with pytest.raises(StorageFull):
        services.start_executions([wanted(version, **large), wanted(version, **large)])

    assert_nothing_began()
    assert len(services.start_executions([wanted(version, **large)])) == 1


def test_starts_of_the_same_people_at_once_wait_for_no_circle(alice: User, bob: User) -> None:
    versions = [version_of(one, calculator()) for one in (alice, bob)]

    def start(index: int) -> int:
        order = versions if index % 2 else versions[::-1]
        return len(services.start_executions([wanted(one) for one in order * 4]))

    assert at_once(6, start) == [8] * 6
    assert [Execution.objects.filter(owner=one).count() for one in (alice, bob)] == [24, 24]


def assert_nothing_began() -> None:
    assert not Execution.objects.exists()
    assert not NodeExecution.objects.exists()
    assert not any(one.runs_of_day for one in Usage.objects.all())
