"""Runs in a day and in a month: exact, also when starts come at once, and with a way out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions import services, starting
from agents.executions.admission import AgentIsBusy
from agents.executions.models import Execution
from agents.graphs import services as graphs
from quotas.models import OwnQuota, Usage
from quotas.runs import RunQuotaUsedUp, standing_of
from tests.support.graphs import GraphBuilder
from tests.support.runs import run_to_end, start, version_of

pytestmark = pytest.mark.django_db(transaction=True)

Quotas = Callable[..., None]


def echo() -> GraphBuilder:
    graph = GraphBuilder("Echo")
    graph.link(graph.input("in"), "result", graph.output("out"), "value")
    return graph


def counted(user: User) -> tuple[int, int]:
    usage = Usage.objects.get(pk=user.pk)
    return usage.runs_of_day, usage.runs_of_month


def test_starts_are_counted_and_the_one_too_many_is_refused(alice: User, quotas: Quotas) -> None:
    quotas(runs_per_day=2)
    version = version_of(alice, echo())
    for _ in range(2):
        starting.start(owner_id=alice.pk, version=version, inputs={"in": 1})

    with pytest.raises(RunQuotaUsedUp) as refused:
        starting.start(owner_id=alice.pk, version=version, inputs={"in": 1})

    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert refused.value.message == (
        "You have started 2 runs this day, which is all that you may. "
        f"The next day begins at {tomorrow:%Y-%m-%d} 00:00 UTC. "
        "An administrator of this instance can raise your limit."
    )
    assert Execution.objects.count() == 2
    assert counted(alice) == (2, 2)


def test_the_month_is_told_where_both_are_used_up(alice: User, quotas: Quotas) -> None:
    quotas(runs_per_day=1, runs_per_month=1)
    version = version_of(alice, echo())
    starting.start(owner_id=alice.pk, version=version, inputs={"in": 1})

    with pytest.raises(RunQuotaUsedUp, match="this month"):
        starting.start(owner_id=alice.pk, version=version, inputs={"in": 1})


def test_a_new_day_counts_anew_and_a_new_month_too(alice: User, quotas: Quotas) -> None:
    quotas(runs_per_day=1, runs_per_month=5)
    version = version_of(alice, echo())
    today = datetime.now(UTC).date()
    last_month = today.replace(day=1) - timedelta(days=1)
    Usage.objects.create(user=alice, day=last_month, runs_of_day=1, runs_of_month=5)

    starting.start(owner_id=alice.pk, version=version, inputs={"in": 1})

    assert counted(alice) == (1, 1)
    assert Usage.objects.get(pk=alice.pk).day == today


def test_a_day_of_the_same_month_keeps_the_months_count(alice: User) -> None:
    version = version_of(alice, echo())
    today = datetime.now(UTC).date()
    Usage.objects.create(user=alice, day=today, runs_of_day=3, runs_of_month=7)

    starting.start(owner_id=alice.pk, version=version, inputs={"in": 1})

    assert counted(alice) == (4, 8)


def test_of_starts_at_once_exactly_as_many_come_in_as_may(alice: User, quotas: Quotas) -> None:
    quotas(runs_per_day=7)
    version = version_of(alice, echo())

    def begin(_: int) -> bool:
        try:
            starting.start(owner_id=alice.pk, version=version, inputs={"in": 1})
        except RunQuotaUsedUp:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(begin, range(24)))

    assert answers.count(True) == 7
    assert Execution.objects.count() == 7
    assert counted(alice) == (7, 7)


def test_own_quotas_come_before_everybodys_and_zero_is_no_limit(
    alice: User, bob: User, quotas: Quotas
) -> None:
    quotas(runs_per_day=1)
    OwnQuota.objects.create(user=alice, runs_per_day=0)
    OwnQuota.objects.create(user=bob, runs_per_month=1, runs_per_day=5)
    for _ in range(3):
        start(alice, echo(), **{"in": 1})
    start(bob, echo(), **{"in": 1})

    with pytest.raises(RunQuotaUsedUp, match="this month"):
        start(bob, echo(), **{"in": 1})

    assert counted(alice) == (3, 3)
    assert [one.limit for one in standing_of(alice).runs] == [None, None]


def test_what_does_not_start_does_not_count(alice: User) -> None:
    version = version_of(alice, echo())
    graphs.change_settings(version.agent, {"max_concurrent_executions": 1, "when_full": "skip"})
    starting.start(owner_id=alice.pk, version=version, inputs={"in": 1})

    with pytest.raises(AgentIsBusy):
        starting.start(owner_id=alice.pk, version=version, inputs={"in": 1})

    assert counted(alice) == (1, 1)


def test_a_replay_counts_and_a_retry_does_not(alice: User) -> None:
    graph = GraphBuilder("Fails")
    graph.link(graph.input("in"), "result", graph.node("Emit", fail="No."), "trigger")
    old = run_to_end(start(alice, graph, **{"in": 1}))
    assert counted(alice) == (1, 1)

    services.retry_execution(old.pk)
    run_to_end(old)
    assert counted(alice) == (1, 1)

    services.replay_execution(old, owner=alice, from_node=graph.nodes[0]["id"])
    assert counted(alice) == (2, 2)


def test_the_api_says_what_was_used_up_and_when_to_come_back(
    alice: User, api: Callable[..., APIClient], quotas: Quotas
) -> None:
    quotas(runs_per_day=1)
    agent = version_of(alice, echo()).agent_id
    url = f"/api/v1/graphs/{agent}/execute/"
    assert api(alice).post(url, {"inputs": {"in": 1}}).status_code == 202

    response = api(alice).post(url, {"inputs": {"in": 1}})

    problem = response.json()
    reset = datetime.fromisoformat(problem["quota"]["resets_at"])
    assert response.status_code == 429
    assert problem["code"] == "run_quota_used_up"
    assert problem["quota"] == {
        "kind": "runs_per_day",
        "limit": 1,
        "used": 1,
        "resets_at": problem["quota"]["resets_at"],
    }
    assert reset.date() == datetime.now(UTC).date() + timedelta(days=1)
    assert 0 < int(response.headers["Retry-After"]) <= 86_400
    assert Execution.objects.count() == 1


def test_a_calendar_knows_how_long_months_are() -> None:
    from quotas.allowance import Period, resets_at

    assert resets_at(Period.MONTH, date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert resets_at(Period.MONTH, date(2026, 1, 31)) == datetime(2026, 2, 1, tzinfo=UTC)
    assert resets_at(Period.DAY, date(2028, 2, 28)) == datetime(2028, 2, 29, tzinfo=UTC)
