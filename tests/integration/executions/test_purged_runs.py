"""How a run looks whose values are gone: in the API, in its events, on pages, in the admin."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions import services
from agents.executions.models import Event, Execution, NodeExecution
from agents.executions.purging import purge
from agents.executions.retention import Ages
from agents.graphs import services as graphs
from tests.integration.executions.conftest import Limits
from tests.support.cases import misfit_waits
from tests.support.clients import api
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import fresh, run, run_queued, run_to_end, start

pytestmark = pytest.mark.django_db

ENDED = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def execution(alice: User) -> Execution:
    """A run whose values are gone."""
    return without_values(run(alice, calculator("Sum"), Input=8))


@pytest.fixture
def execution_of_alice(alice: User) -> Execution:
    return run(alice, calculator(), Input=8)


@pytest.fixture
def client(alice: User) -> APIClient:
    return api(alice)


def without_values(execution: Execution) -> Execution:
    Execution.objects.update(created=ENDED, ended_at=ENDED)
    purge(Ages.older_than(1), payloads_only=True)
    return fresh(execution)


def in_json(moment: datetime | None) -> str:
    assert moment is not None
    return moment.isoformat().replace("+00:00", "Z")


def test_the_api_says_when_values_were_removed(execution: Execution, client: APIClient) -> None:
    body = client.get(f"/api/v1/executions/{execution.pk}/").json()

    assert body["payload_purged_at"] == in_json(execution.payload_purged_at)
    assert (body["inputs"], body["outputs"], body["status"]) == (None, None, "COMPLETED")
    assert [one["input_data"] for one in body["node_executions"]] == [None] * 3
    assert [one["output_data"] for one in body["node_executions"]] == [None] * 3
    assert body["stats"]["node_exec_count"] == 3


def test_the_list_says_so_too(execution: Execution, client: APIClient) -> None:
    [one] = client.get("/api/v1/executions/").json()["results"]

    assert one["payload_purged_at"] == in_json(execution.payload_purged_at)


def test_events_are_told_without_values(execution: Execution, client: APIClient) -> None:
    told = client.get(f"/api/v1/executions/{execution.pk}/events/").json()["results"]

    assert [one["seq"] for one in told] == list(range(1, execution.last_seq + 1))
    nodes = [one["data"] for one in told if one["type"] == "node_execution_event"]
    assert {(one["input_data"], one["output_data"]) for one in nodes} == {(None, None)}
    assert told[-1]["data"]["outputs"] is None
    assert told[-1]["data"]["payload_purged_at"] == in_json(execution.payload_purged_at)


def test_a_run_with_its_values_has_them(alice: User, client: APIClient) -> None:
    execution = run(alice, calculator(), Input=8)
    body = client.get(f"/api/v1/executions/{execution.pk}/").json()

    assert (body["payload_purged_at"], body["inputs"]) == (None, {"Input": 8})
    assert body["outputs"] == {"Output": [42.0]}


@pytest.mark.parametrize("status", ["FAILED", "TERMINATED"])
@pytest.mark.parametrize(
    ("how", "body"),
    [
        ("retry", {}),
        ("replay", {"from_node": "any"}),
        ("replay", {"from_node": "any", "inputs": {}}),
    ],
)
def test_a_run_does_not_go_on_nor_is_taken_from(
    how: str, body: dict[str, Any], status: str, execution: Execution, client: APIClient
) -> None:
    Execution.objects.update(status=status)
    before = everything()

    answer = client.post(f"/api/v1/executions/{execution.pk}/{how}/", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "payload_purged")
    assert everything() == before


def test_a_run_whose_sub_agent_s_values_are_gone_does_not_go_on(
    alice: User, client: APIClient
) -> None:
    outer = GraphBuilder("Outer")
    outer.agent(calculator("Inner"), Input=1)
    root = start(alice, outer)
    run_queued()
    run_queued()
    services.stop_execution(root.pk)
    child = Execution.objects.get(root=root)
    assert [run_to_end(one).status for one in (root, child)] == ["TERMINATED"] * 2
    Execution.objects.filter(pk=child.pk).update(payload_purged_at=now())
    before = everything()

    answer = client.post(f"/api/v1/executions/{root.pk}/retry/")

    assert (answer.status_code, answer.json()["code"]) == (409, "payload_purged")
    assert everything() == before


def everything() -> list[Any]:
    """Return all runs, node executions and events."""
    models = (Execution, NodeExecution, Event)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_what_never_ran_still_says_which_pins_lacked(alice: User, client: APIClient) -> None:
    graph = GraphBuilder()
    total = graph.node("CalculatorBlock", operation="Add")
    graph.link(graph.node("Emit", values=[1]), "out", total, "a")
    graph.link(graph.node("Emit", values=[]), "out", total, "b")
    execution = run(alice, graph)
    url = f"/api/v1/executions/{execution.pk}/"
    before = client.get(url).json()["waiting"]

    without_values(execution)

    assert client.get(url).json()["waiting"] == before
    assert [one["pins"] for one in before] == [["b"]]


def test_what_never_ran_for_a_value_that_is_gone_says_that(alice: User, client: APIClient) -> None:
    execution = without_values(run(alice, misfit_waits()))
    waiting = client.get(f"/api/v1/executions/{execution.pk}/").json()["waiting"]

    assert waiting
    assert {one["reason"].partition(": ")[2] for one in waiting} == {
        "an input did not fit; its value is gone"
    }


@pytest.mark.parametrize(
    ("instance", "own", "days"),
    [
        ((0, 0), None, (None, None)),
        ((30, 0), None, (30, None)),
        ((30, 90), None, (30, 90)),
        ((0, 90), None, (90, 90)),
        ((120, 90), None, (90, 90)),
        ((30, 90), 365, (365, 365)),
        ((0, 0), 7, (7, 7)),
    ],
)
def test_the_api_says_how_long_a_run_is_kept(
    instance: tuple[int, int],
    own: int | None,
    days: tuple[int | None, int | None],
    limits: Limits,
    execution_of_alice: Execution,
) -> None:
    limits(payload_retention_days=instance[0], execution_retention_days=instance[1])
    Execution.objects.update(ended_at=ENDED)
    if own is not None:
        agent = execution_of_alice.graph_version.agent
        graphs.change_settings(agent, {"retention_days": own})

    url = f"/api/v1/executions/{execution_of_alice.pk}/"
    kept = api(execution_of_alice.owner).get(url).json()["kept_until"]

    values, rows = (None if n is None else in_json(ENDED + timedelta(days=n)) for n in days)
    assert kept == {"payload": values, "execution": rows}


def test_a_run_below_is_kept_as_long_as_the_one_above(
    alice: User, client: APIClient, limits: Limits
) -> None:
    limits(execution_retention_days=90)
    outer = GraphBuilder("Outer")
    outer.agent(calculator("Inner"), Input=1)
    root = run(alice, outer)
    below = Execution.objects.get(root=root)
    graphs.change_settings(below.graph_version.agent, {"retention_days": 1})
    Execution.objects.filter(pk=below.pk).update(ended_at=ENDED)
    Execution.objects.filter(pk=root.pk).update(ended_at=ENDED + timedelta(days=1))

    kept = client.get(f"/api/v1/executions/{below.pk}/").json()["kept_until"]

    assert kept["execution"] == in_json(ENDED + timedelta(days=91))


def page(user: User, path: str, status: int = 200) -> str:
    browser = Client()
    browser.force_login(user)
    answer = browser.get(path)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_the_page_says_in_a_sentence_that_values_are_gone(
    alice: User, execution: Execution
) -> None:
    text = page(alice, f"/runs/{execution.pk}/")

    assert "The values of this run were removed on <time" in text
    assert f"{now():%Y}</time>, because it was older than values are kept." in text
    assert text.count('<p class="muted small" data-live="no-inputs"> Removed </p>') == 3
    assert '<p class="muted">Removed.</p>' in text
    assert "again=" not in text
    assert " None " not in text


def test_a_value_that_is_gone_is_not_found(alice: User, execution: Execution) -> None:
    page(alice, f"/runs/{execution.pk}/value/?input=Input", status=404)


def test_the_page_of_a_run_with_values_says_nothing_of_it(alice: User) -> None:
    text = page(alice, f"/runs/{run(alice, calculator(), Input=8).pk}/")

    assert "removed" not in text.lower()
    assert "kept" not in text


@pytest.mark.parametrize(
    ("values", "rows", "sentence"),
    [
        (
            30,
            0,
            'The values are kept until <time datetime="2026-03-31T12:00:00+00:00">31 Mar 2026</time>.',
        ),
        (
            0,
            30,
            'The run is kept until <time datetime="2026-03-31T12:00:00+00:00">31 Mar 2026</time>.',
        ),
        (
            30,
            60,
            'The values are kept until <time datetime="2026-03-31T12:00:00+00:00">31 Mar 2026</time>, '
            'the rest of the run until <time datetime="2026-04-30T12:00:00+00:00">30 Apr 2026</time>.',
        ),
    ],
)
def test_the_page_says_until_when_a_run_is_kept(
    values: int, rows: int, sentence: str, alice: User, limits: Limits
) -> None:
    limits(payload_retention_days=values, execution_retention_days=rows)
    execution = run(alice, calculator(), Input=8)
    Execution.objects.update(ended_at=ENDED)

    assert sentence in page(alice, f"/runs/{execution.pk}/")


def test_the_admin_says_when_values_were_removed(execution: Execution, alice: User) -> None:
    root: Any = User.objects.create_superuser("root")
    text = page(root, f"/admin/executions/execution/{execution.pk}/change/")

    assert "Payload purged at:" in text
    assert f"{execution.payload_purged_at:%Y}" in text
