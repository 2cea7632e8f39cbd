"""Announcing: whoever listens hears of each end of a run, once, whatever fails in between."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from accounts.models import User
from agents.executions import announcing, services
from agents.executions.api.serializers import ExecutionSummarySerializer
from agents.executions.models import Cause, Execution
from agents.executions.starting import Origin
from tests.support.cases import sub_agent
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import fresh, run, run_to_end, start, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The runs whose end was announced, in order."""
    told: list[UUID] = []
    monkeypatch.setattr(announcing, "LISTENERS", [lambda runs: told.extend(one.pk for one in runs)])
    return told


def doomed(graph: GraphBuilder) -> GraphBuilder:
    graph.node("Flaky", path="/nowhere/at/all", trigger=1)
    return graph


def test_the_end_of_a_run_is_announced_once(alice: User, heard: list[UUID]) -> None:
    execution = run(alice, calculator(), Input=8)

    assert announcing.announce() == 1
    assert announcing.announce() == 0

    assert heard == [execution.pk]


def test_a_run_that_goes_on_is_not_announced(alice: User, heard: list[UUID]) -> None:
    start(alice, calculator(), Input=8)

    assert announcing.announce() == 0
    assert heard == []


def test_ends_are_announced_in_their_order(alice: User, heard: list[UUID]) -> None:
    first, second = start(alice, calculator(), Input=1), start(alice, calculator(), Input=2)
    services.stop_execution(second.pk)
    services.stop_execution(first.pk)

    assert announcing.announce() == 2
    assert heard == [second.pk, first.pk]


def test_the_end_of_a_sub_agents_run_is_not_announced(alice: User, heard: list[UUID]) -> None:
    execution = run(alice, sub_agent(calculator(), Input=8))

    assert Execution.objects.count() == 2
    assert announcing.announce() == 1
    assert heard == [execution.pk]


def test_the_end_of_a_retried_run_is_announced_again(alice: User, heard: list[UUID]) -> None:
    execution = run(alice, doomed(GraphBuilder("Doomed")))
    assert execution.status == "FAILED"
    announcing.announce()

    services.retry_execution(execution.pk)
    assert announcing.announce() == 0, "it goes on"
    run_to_end(execution)

    assert announcing.announce() == 1
    assert heard == [execution.pk, execution.pk]


def test_what_a_listener_wrote_goes_when_a_later_one_fails(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = run(alice, calculator(), Input=1), run(alice, calculator(), Input=2)

    def note(runs: Sequence[Execution]) -> None:
        for one in runs:
            Execution.objects.filter(pk=one.pk).update(replay_from="told")

    def stumble(runs: Sequence[Execution]) -> None:
        if bad.pk in {one.pk for one in runs}:
            raise RuntimeError("no")

    monkeypatch.setattr(announcing, "LISTENERS", [note, stumble])

    assert announcing.announce() == 1

    assert (fresh(bad).announced, fresh(bad).replay_from) == (False, "")
    assert (fresh(good).announced, fresh(good).replay_from) == (True, "told")


@pytest.mark.django_db(transaction=True)
def test_runs_that_another_announces_now_are_left_to_it(alice: User, heard: list[UUID]) -> None:
    execution = run(alice, calculator(), Input=8)

    def elsewhere() -> int:
        try:
            return announcing.announce()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Execution.objects.locked(execution.pk)
            assert pool.submit(elsewhere).result(60) == 0
        assert pool.submit(elsewhere).result(60) == 1

    assert heard == [execution.pk]


def test_a_run_says_what_began_it(alice: User) -> None:
    version = version_of(alice, calculator())
    schedule, preset = uuid4(), uuid4()

    execution = services.start_execution(
        owner=alice,
        agent_id=version.agent_id,
        inputs={"Input": 8},
        origin=Origin(Cause.SCHEDULE, schedule, preset),
    )

    shown = ExecutionSummarySerializer(fresh(execution)).data
    assert shown["cause"] == {"kind": "schedule", "id": str(schedule)}
    assert shown["preset_id"] == str(preset)


def test_a_run_that_somebody_asked_for_has_no_cause(alice: User) -> None:
    shown = ExecutionSummarySerializer(fresh(start(alice, calculator(), Input=8))).data

    assert (shown["cause"], shown["preset_id"]) == (None, None)
