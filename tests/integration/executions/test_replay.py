"""Replay: a new run that takes over recorded results, and gives what a fresh run gives."""

from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.utils.timezone import now
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from accounts.models import User
from agents.executions import services
from agents.executions.events import messages_after
from agents.executions.files import RunFiles
from agents.executions.models import Emission, Execution, NodeExecution
from agents.executions.output import outputs
from agents.executions.payloads import PayloadPurged
from agents.executions.services import UnknownNode
from agents.graphs import services as graphs
from kernel.jsontypes import dumps
from tests.support.cases import add, shown, sub_agent, values
from tests.support.clients import api
from tests.support.graphs import GraphBuilder, calculator
from tests.support.random_graphs import Plan, build, plans
from tests.support.runs import fresh, rows, run, run_queued, run_to_end, start, statuses

pytestmark = pytest.mark.django_db


def replay(old: Execution, from_node: str, **more: Any) -> Execution:
    return services.replay_execution(old, owner=old.owner, from_node=from_node, **more)


def reused(execution: Execution) -> dict[str, list[Any]]:
    """Return for each node that took results over: from which node executions, in order."""
    found: dict[str, list[Any]] = {}
    taken = NodeExecution.objects.filter(execution=execution, reused_from__isnull=False)
    for row in taken.order_by("start_number"):
        found.setdefault(row.node_id, []).append(row.reused_from)
    return found


def emitted(execution: Execution, node: str) -> list[tuple[str, Any]]:
    found = Emission.objects.filter(
        node_execution__execution=execution, node_execution__node_id=node
    )
    return [one.pair for one in found.order_by("node_execution__number", "number")]


def chain() -> tuple[GraphBuilder, list[str]]:
    """Return input → emits 1, 2, 3 → plus 10 → output, and these nodes."""
    graph = GraphBuilder()
    source = values(graph, 1, 2, 3)
    total = add(graph, b=10)
    graph.link(source, "out", total, "a")
    return graph, [source, total, shown(graph, total, "result", "sums")]


def test_what_lies_before_the_node_is_taken_over_and_the_rest_runs(alice: User) -> None:
    graph, (source, total, _) = chain()
    old = run(alice, graph)

    new = replay(old, total)

    [recorded] = rows(old, source)
    assert reused(new) == {source: [recorded.pk]}
    assert statuses(new, source) == ["COMPLETED"]
    assert statuses(new, total) == ["QUEUED"] * 3
    assert (new.replay_of_id, new.replay_from, new.inputs) == (old.pk, total, {})
    ended = run_to_end(new)
    assert (ended.status, outputs(ended)) == ("COMPLETED", {"sums": [11, 12, 13]})
    assert reused(new) == {source: [recorded.pk]}
    assert outputs(fresh(old)) == {"sums": [11, 12, 13]}


def test_the_last_node_alone_runs_anew(alice: User) -> None:
    graph, (source, total, sink) = chain()
    old = run(alice, graph)

    new = replay(old, sink)

    assert reused(new) == {node: [row.pk for row in rows(old, node)] for node in (source, total)}
    assert run_queued() == 3
    assert outputs(fresh(new)) == {"sums": [11, 12, 13]}


def test_each_takeover_is_one_event_that_says_so_and_brings_the_values(alice: User) -> None:
    graph, (source, total, _) = chain()
    old = run(alice, graph)
    new = replay(old, total)

    told = messages_after(new, 0)

    assert [one["seq"] for one in told] == list(range(1, new.last_seq + 1))
    [event] = [one["data"] for one in told if one["data"].get("node_id") == source]
    assert event["status"] == "COMPLETED"
    assert event["reused_from"] == str(rows(old, source)[0].pk)
    assert event["output_data"] == {"out": [1, 2, 3]}


def test_other_inputs_run_what_they_reach_until_values_are_equal_again(alice: User) -> None:
    graph = GraphBuilder()
    a, b = graph.input("a"), graph.input("b")
    positive = graph.node("ConditionBlock", operator=">", value2=0, yes_value="yes")
    graph.link(a, "result", positive, "value1")
    echo = graph.node("PrintToConsoleBlock")
    graph.link(positive, "yes_output", echo, "text")
    shown(graph, echo, "output", "first")
    last = shown(graph, b, "result", "second")
    old = run(alice, graph, a=1, b=5)

    new = replay(old, last, inputs={"a": 2, "b": 5})
    assert set(reused(new)) == {b}
    ended = run_to_end(new)

    assert outputs(ended) == {"first": ["yes"], "second": [5]}
    assert echo in reused(new)  # its input came out equal, later
    assert positive not in reused(new)
    assert a not in reused(new)


def test_a_number_of_another_kind_is_another_input(alice: User) -> None:
    graph = GraphBuilder()
    source = graph.input("a")
    echo = graph.node("PrintToConsoleBlock")
    graph.link(source, "result", echo, "text")
    sink = shown(graph, echo, "output")
    old = run(alice, graph, a=1)

    for given_, taken in ((1.0, set()), (True, set()), (1, {source, echo})):
        new = replay(old, sink, inputs={"a": given_})
        assert set(reused(new)) == taken
        assert dumps(outputs(run_to_end(new))) == dumps({"out": [given_]})


def test_what_failed_or_never_ran_runs_anew(alice: User, tmp_path: Path) -> None:
    path = tmp_path / "mended"
    graph = GraphBuilder()
    source = values(graph, 1, 2)
    flaky = graph.node("Flaky", path=str(path))
    graph.link(source, "out", flaky, "trigger")
    sink = shown(graph, flaky, "out")
    old = run(alice, graph)
    assert old.status == "FAILED"
    path.touch()

    new = replay(old, sink)

    assert set(reused(new)) == {source}
    assert outputs(run_to_end(new)) == {"out": [1, "mended", 2, "mended"]}


def test_a_node_that_runs_an_agent_is_taken_over_whole(alice: User) -> None:
    child = GraphBuilder("Child")
    shown(child, values(child, 1, 2), "out")
    graph = sub_agent(child)
    node, sink = graph.nodes[0]["id"], graph.nodes[1]["id"]
    old = run(alice, graph)
    runs = Execution.objects.count()

    new = run_to_end(replay(old, sink))

    assert Execution.objects.count() == runs + 1
    assert reused(new) == {node: [rows(old, node)[0].pk]}
    assert outputs(new) == outputs(old) == {"out": [1, 2]}


def test_a_replay_of_a_replay_reuses_what_that_one_took_over(alice: User) -> None:
    graph, (source, total, sink) = chain()
    second = run_to_end(replay(run(alice, graph), total))

    third = replay(second, sink)

    assert reused(third)[source] == [rows(second, source)[0].pk]
    assert outputs(run_to_end(third)) == {"sums": [11, 12, 13]}


def test_when_nothing_is_left_to_run_the_run_has_ended(alice: User) -> None:
    graph, (_, _, sink) = chain()
    unreached = graph.output("never")
    graph.link(graph.nodes[0]["id"], "other", unreached, "value")
    old = run(alice, graph)

    new = fresh(replay(old, unreached))

    assert (new.status, new.unfinished, outputs(new)) == ("COMPLETED", 0, {"sums": [11, 12, 13]})
    assert sink in reused(new)


def test_more_than_one_batch_is_taken_over(
    alice: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr("agents.executions.replaying.BATCH", 7)
    graph = GraphBuilder()
    source = values(graph, *range(50))
    echo = graph.node("PrintToConsoleBlock")
    graph.link(source, "out", echo, "text")
    sink = shown(graph, echo, "output")
    old = run(alice, graph)

    with django_assert_max_num_queries(120):
        new = replay(old, sink)

    assert reused(new)[echo] == [row.pk for row in rows(old, echo)]
    assert outputs(run_to_end(new)) == outputs(old) == {"out": list(range(50))}


def test_a_static_value_releases_what_was_taken_over_before_once(alice: User) -> None:
    graph = GraphBuilder()
    items = values(graph, 1, 2, 3)
    first = graph.node("StoreValueBlock", input=10)
    second = graph.node("StoreValueBlock")
    graph.link(first, "output", second, "input")
    total = add(graph)
    graph.link(items, "out", total, "a")
    graph.link(second, "output", total, "b")
    sink = shown(graph, total, "result", "sums")
    old = run(alice, graph)

    new = run_to_end(replay(old, sink))

    assert len(rows(new, total)) == 3
    assert outputs(new) == outputs(old) == {"sums": [11, 12, 13]}


def test_files_of_the_old_run_can_be_read(alice: User) -> None:
    graph, (_, total, _) = chain()
    old = run(alice, graph)
    reference = RunFiles(old.pk).write(b"content", name="a.txt")

    new = replay(old, total)

    assert RunFiles(new.pk).read(reference) == b"content"


class TestVersions:
    def test_nodes_of_a_new_version_are_recognised(self, alice: User) -> None:
        graph, _ = chain()
        old = run(alice, graph)
        graph.nodes[1]["input_default"]["b"] = 100
        version = graphs.save_version(old.graph_version.agent, graph.file())
        source, total, sink = version.graph.nodes

        new = replay(old, total, version=version.version)

        assert set(reused(new)) == {source}
        assert outputs(run_to_end(new)) == {"sums": [101, 102, 103]}
        assert fresh(new).graph_version_id == version.pk
        assert sink not in reused(new)

    def test_a_node_that_was_changed_before_the_start_runs_anew(self, alice: User) -> None:
        graph, _ = chain()
        old = run(alice, graph)
        graph.nodes[1]["input_default"]["b"] = 100
        version = graphs.save_version(old.graph_version.agent, graph.file())
        source, _total, sink = version.graph.nodes

        new = run_to_end(replay(old, sink, version=version.version))

        assert set(reused(new)) == {source}
        assert outputs(new) == {"sums": [101, 102, 103]}


class TestRefusals:
    def test_an_unknown_node_starts_nothing(self, alice: User) -> None:
        old = run(alice, calculator(), Input=1)

        with pytest.raises(UnknownNode, match="has no node 'nowhere'"):
            replay(old, "nowhere")

        assert Execution.objects.get() == old

    def test_a_run_without_its_values_starts_nothing(self, alice: User) -> None:
        graph, (_, total, _) = chain()
        old = run(alice, graph)
        Execution.objects.update(payload_purged_at=now())

        with pytest.raises(PayloadPurged, match=str(old.pk)):
            replay(fresh(old), total)

        assert Execution.objects.get() == old

    def test_values_that_are_purged_later_are_not_waited_for(self, alice: User) -> None:
        graph = GraphBuilder()
        source = graph.input("a")
        positive = graph.node("ConditionBlock", operator=">", value2=0, yes_value="yes")
        graph.link(source, "result", positive, "value1")
        echo = graph.node("PrintToConsoleBlock")
        graph.link(positive, "yes_output", echo, "text")
        sink = shown(graph, echo, "output")
        old = run(alice, graph, a=1)
        new = replay(old, sink, inputs={"a": 2})
        Execution.objects.filter(pk=old.pk).update(payload_purged_at=now())

        assert outputs(run_to_end(new)) == {"out": ["yes"]}
        assert reused(new) == {}


class TestEndpoint:
    def test_the_answer_lists_what_was_reused(self, alice: User) -> None:
        graph, (source, total, _) = chain()
        old = run(alice, graph)

        response = api(alice).post(f"/api/v1/executions/{old.pk}/replay/", {"from_node": total})

        body = response.json()
        new = Execution.objects.get(pk=body["id"])
        [taken] = rows(new, source)
        assert response.status_code == 202
        assert response["Location"].endswith(f"/api/v1/executions/{new.pk}/")
        assert (body["replay_of"], body["from_node"], body["reused_count"]) == (
            str(old.pk),
            total,
            1,
        )
        assert body["reused"] == [
            {
                "node_exec_id": str(taken.pk),
                "node_id": source,
                "node_title": "Emit",
                "reused_from": str(rows(old, source)[0].pk),
            }
        ]
        detail = api(alice).get(f"/api/v1/executions/{new.pk}/").json()
        assert detail["replay_of"] == str(old.pk)
        assert detail["node_executions"][0]["reused_from"] == str(rows(old, source)[0].pk)

    def test_the_same_key_replays_once(self, alice: User) -> None:
        graph, (_, total, _) = chain()
        old = run(alice, graph)
        url, body = f"/api/v1/executions/{old.pk}/replay/", {"from_node": total}

        answers = [
            api(alice).post(url, body, headers={"Idempotency-Key": "k"}).json() for _ in range(2)
        ]

        assert answers[0]["id"] == answers[1]["id"]
        assert Execution.objects.count() == 2

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, "invalid"),
            ({"from_node": "nowhere"}, "unknown_node"),
            ({"from_node": "n", "inputs": [1]}, "invalid"),
            ({"from_node": "n", "version": 0}, "invalid"),
        ],
    )
    def test_what_cannot_be_read_is_refused(
        self, body: dict[str, Any], code: str, alice: User
    ) -> None:
        old = run(alice, calculator(), Input=1)

        response = api(alice).post(f"/api/v1/executions/{old.pk}/replay/", body)

        assert (response.status_code, response.json()["code"]) == (400, code)
        assert Execution.objects.get() == old

    def test_an_unknown_version_is_not_found(self, alice: User) -> None:
        graph, (_, total, _) = chain()
        old = run(alice, graph)

        response = api(alice).post(
            f"/api/v1/executions/{old.pk}/replay/", {"from_node": total, "version": 9}
        )

        assert (response.status_code, response.json()["code"]) == (404, "not_found")

    def test_a_stranger_finds_nothing(self, alice: User, charlie: User) -> None:
        old = run(alice, calculator(), Input=1)

        answers = [
            api(charlie).post(f"/api/v1/executions/{pk}/replay/", {"from_node": "n"}).status_code
            for pk in (old.pk, uuid4())
        ]

        assert answers == [404, 404]


def in_order(found: dict[str, list[Any]]) -> str:
    """Return the values by name as text; which name had a value first is nobody's promise."""
    return dumps(dict(sorted(found.items())))


@settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(plan=plans(), choice=st.integers(0, 1000))
def test_a_replay_from_any_node_gives_what_a_fresh_run_gives(
    plan: Plan, choice: int, alice: User
) -> None:
    builder = build(plan)
    note(f"{builder.file()}")
    old = run_to_end(start(alice, builder, **plan.inputs))
    nodes = list(old.graph_version.graph.nodes)
    from_node = nodes[choice % len(nodes)]

    with patch("agents.executions.replaying.BATCH", 2):
        new = run_to_end(replay(old, from_node))

    assert in_order(outputs(new)) == in_order(outputs(old))
    assert new.status == old.status
    again = old.graph_version.graph.downstream_of(from_node)
    assert not again & set(reused(new))
    for node in nodes:
        assert statuses(new, node) == statuses(old, node)
        assert emitted(new, node) == emitted(old, node)
        if node not in again:
            completed = [row.pk for row in rows(old, node) if row.status == "COMPLETED"]
            assert reused(new).get(node, []) == completed
