"""Starting, listing, seeing, following and stopping runs over REST."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions.models import Execution
from tests.support.cases import shown, values
from tests.support.clients import api, keyed
from tests.support.endpoints import EndpointContract
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import run, run_queued, run_to_end, start, version_of

pytestmark = pytest.mark.django_db

RUNS = "/api/v1/executions/"
CALCULATOR = "/api/v1/blocks/b1ab9b19-67a6-406d-abf5-2dba76d00c79/execute/"


def url_of(execution: Execution, rest: str = "") -> str:
    return f"{RUNS}{execution.pk}/{rest}"


def refusal(response: Any) -> tuple[int, str, str]:
    """Return the status, code and sentence of a problem."""
    assert response["Content-Type"] == "application/problem+json", response.content
    body = response.json()
    return response.status_code, body["code"], body["detail"]


class TestStart:
    def test_a_run_is_started_and_where_it_is_is_told(self, alice: User) -> None:
        version = version_of(alice, calculator())

        response = api(alice).post(
            f"/api/v1/graphs/{version.agent_id}/execute/", {"inputs": {"Input": 8}}
        )

        execution = Execution.objects.get()
        assert response.status_code == 202
        assert response["Location"] == f"http://testserver/api/v1/executions/{execution.pk}/"
        body = response.json()
        assert body.pop("created_at").endswith("Z")
        assert body.pop("admitted_at").endswith("Z")
        assert body == {
            "id": str(execution.pk),
            "user_id": str(alice.pk),
            "graph_id": str(version.agent_id),
            "graph_version": 1,
            "graph_name": "Calculator",
            "of_draft": False,
            "is_sealed": False,
            "status": "QUEUED",
            "started_at": None,
            "ended_at": None,
            "payload_purged_at": None,
            "cause": None,
            "preset_id": None,
            "stats": {
                "cost": 0,
                "duration": 0,
                "node_exec_count": 1,
                "node_error_count": 0,
                "error": None,
            },
            "error": None,
        }
        assert run_to_end(execution).status == "COMPLETED"

    @pytest.mark.parametrize("body", [None, {}, {"inputs": {}}, {"node_input": {}}])
    def test_inputs_may_be_left_out(self, alice: User, body: Any) -> None:
        version = version_of(alice, calculator())
        url = f"/api/v1/graphs/{version.agent_id}/execute/1/"

        response = api(alice).post(url, body) if body is not None else api(alice).post(url)

        assert response.status_code == 202
        assert Execution.objects.get().inputs == {}

    @pytest.mark.parametrize("who", ["bob", None])
    def test_a_stranger_starts_nothing(self, alice: User, bob: User, who: str | None) -> None:
        version = version_of(alice, calculator())
        client = api(bob) if who else api()

        response = client.post(f"/api/v1/graphs/{version.agent_id}/execute/", {"inputs": {}})

        assert refusal(response)[:2] == ((404, "not_found") if who else (401, "not_authenticated"))
        assert not Execution.objects.exists()

    def test_an_agent_that_cannot_run_says_why_by_node_and_pin(self, alice: User) -> None:
        graph = GraphBuilder()
        node = graph.node("CalculatorBlock", operation="Add", a=1)
        graph.add("00000000-0000-4000-8000-00000000dead", {})
        version = version_of(alice, graph)

        response = api(alice).post(f"/api/v1/graphs/{version.agent_id}/execute/", {})

        assert refusal(response)[:2] == (400, "graph_not_runnable")
        problems = [(one["code"], one["node_id"]) for one in response.json()["errors"]]
        assert problems == [("missing_value", node), ("unknown_block", graph.nodes[1]["id"])]
        assert not Execution.objects.exists()

    def test_an_unknown_version_is_not_found(self, alice: User) -> None:
        version = version_of(alice, calculator())

        response = api(alice).post(f"/api/v1/graphs/{version.agent_id}/execute/7/", {})

        assert refusal(response)[:2] == (404, "not_found")

    def test_a_key_is_as_good_as_a_session(self, alice: User) -> None:
        version = version_of(alice, calculator())

        response = keyed(alice).post(f"/api/v1/graphs/{version.agent_id}/execute/", {})

        assert response.status_code == 202


class TestDetail(EndpointContract):
    @pytest.fixture
    def url(self, alice: User) -> str:
        return url_of(run(alice, calculator(), Input=8))

    def test_a_run_tells_all_of_itself(self, alice: User) -> None:
        graph = calculator()
        execution = run(alice, graph, Input=8)

        body = api(alice).get(url_of(execution)).json()

        assert (body["status"], body["inputs"]) == ("COMPLETED", {"Input": 8})
        assert body["outputs"] == {"Output": [42.0]}
        assert (body["waiting"], body["parent_node_exec_id"], body["last_seq"]) == ([], None, 12)
        assert body["stats"]["node_exec_count"] == 3
        nodes = body["node_executions"]
        assert [one["node_title"] for one in nodes] == ["Agent Input", "Calculator", "Agent Output"]
        total = nodes[1]
        assert total["input_data"] == {"operation": "Add", "a": 8.0, "b": 34}
        assert total["output_data"] == {"result": [42.0]}
        assert (total["status"], total["attempt"], total["error"]) == ("COMPLETED", 1, None)
        assert [total[name] is None for name in ("add_time", "queue_time", "end_time")] == [
            False
        ] * 3

    def test_a_stranger_meets_a_404(self, bob: User, url: str) -> None:
        assert refusal(api(bob).get(url))[:2] == (404, "not_found")

    def test_what_failed_and_what_waits_is_told(self, alice: User) -> None:
        graph = GraphBuilder()
        node = values(graph, 1, fail="It broke.")
        total = graph.node("CalculatorBlock", operation="Add")
        graph.link(node, "out", total, "a")
        graph.link(node, "other", total, "b")

        body = api(alice).get(url_of(run(alice, graph))).json()

        assert (body["status"], body["outputs"]) == ("FAILED", {})
        assert body["error"] == {
            "code": "node_failed",
            "message": "Emit failed: It broke.",
            "nodes": [{"node_id": node, "code": "block_failed", "message": "It broke."}],
        }
        assert body["stats"]["error"] == "Emit failed: It broke."
        assert [one["reason"] for one in body["waiting"]] == [
            "Calculator: input `b` has not arrived"
        ]


class TestList(EndpointContract):
    @pytest.fixture
    def url(self) -> str:
        return RUNS

    def test_a_person_s_own_runs_newest_first(self, alice: User, bob: User) -> None:
        first, second = run(alice, calculator()), start(alice, calculator())
        start(bob, calculator())

        body = api(alice).get(RUNS).json()

        assert [one["id"] for one in body["results"]] == [str(second.pk), str(first.pk)]
        assert (body["next"], body["previous"]) == (None, None)
        assert "node_executions" not in body["results"][0]

    def test_runs_by_agent_and_by_status(self, alice: User) -> None:
        done, queued = run(alice, calculator()), start(alice, calculator())

        def ids(query: str) -> list[str]:
            return [one["id"] for one in api(alice).get(RUNS + query).json()["results"]]

        assert ids("?status=COMPLETED") == [str(done.pk)]
        assert ids(f"?graph_id={queued.graph_version.agent_id}") == [str(queued.pk)]
        assert ids(f"?graph_id={uuid4()}") == []

    def test_runs_of_several_statuses(self, alice: User) -> None:
        for graph in (calculator(), GraphBuilder()):
            values(graph, 1, fail="on purpose" if not graph.links else "")
            run(alice, graph)
        start(alice, calculator())
        url = f"{RUNS}?status=QUEUED&status=FAILED"

        assert [one["status"] for one in api(alice).get(url).json()["results"]] == [
            "QUEUED",
            "FAILED",
        ]

    def test_runs_by_when_they_began(self, alice: User) -> None:
        runs = [start(alice, calculator()) for _ in range(3)]
        first, second, third = (one.created.isoformat() for one in runs)

        def found(**query: str) -> list[str]:
            results = api(alice).get(RUNS, query).json()["results"]
            return [one["id"] for one in results]

        ids = [str(one.pk) for one in runs]
        assert found(created_after=second) == [ids[2], ids[1]]
        assert found(created_before=second) == [ids[0]]
        assert found(created_after=first, created_before=third) == [ids[1], ids[0]]
        assert found(created_after=third[:-6]) == [ids[2]]  # without an offset: UTC

    def test_runs_by_words(self, alice: User) -> None:
        g = GraphBuilder("Weather report")
        values(g, 1, fail="No sun today")
        failed, done = run(alice, g), run(alice, calculator("Sum"))

        def found(words: str) -> list[str]:
            results = api(alice).get(RUNS, {"search": words}).json()["results"]
            return [one["id"] for one in results]

        assert found("weather") == found("no SUN") == [str(failed.pk)]
        assert found("sum") == found(str(done.pk)[:13]) == [str(done.pk)]
        assert found("snow") == []
        assert len(found("  ")) == 2

    def test_runs_of_sub_agents_are_left_out_unless_asked_for(self, alice: User) -> None:
        graph = GraphBuilder()
        child = GraphBuilder()
        shown(child, values(child, 1), "out")
        graph.agent(child)
        run(alice, graph)

        assert len(api(alice).get(RUNS).json()["results"]) == 1
        assert len(api(alice).get(f"{RUNS}?include_sub_agents=true").json()["results"]) == 2

    def test_a_node_that_started_a_run_says_which_also_after_its_end(self, alice: User) -> None:
        graph = GraphBuilder()
        child = GraphBuilder()
        shown(child, values(child, 1), "out")
        node = graph.agent(child)
        execution = run(alice, graph)
        expected = {node: str(Execution.objects.get(parent__execution=execution).pk)}

        one = api(alice).get(url_of(execution)).json()
        listed = api(alice).get(url_of(execution, "node-executions/")).json()["results"]
        log = api(alice).get(url_of(execution, "events/")).json()["results"]

        assert {it["node_id"]: it["child_exec_id"] for it in one["node_executions"]} == expected
        assert {it["node_id"]: it["child_exec_id"] for it in listed} == expected
        told = [it["data"] for it in log if "node_id" in it["data"]]
        assert {it["node_id"]: it["child_exec_id"] for it in told} == expected

    def test_a_node_that_runs_no_agent_started_no_run(self, alice: User) -> None:
        execution = run(alice, calculator(), Input=8)

        one = api(alice).get(url_of(execution)).json()

        assert {it["child_exec_id"] for it in one["node_executions"]} == {None}

    @pytest.mark.parametrize(
        "query",
        [
            "graph_id=x",
            "status=LOST",
            "status=%00",
            "graph_id=%F0",
            "status=RUNNING&status=LOST",
            "created_after=yesterday",
            "created_before=2026-13-01T00:00:00Z",
            "created_before=",
        ],
    )
    def test_a_filter_that_cannot_be_read_is_refused(self, alice: User, query: str) -> None:
        assert refusal(api(alice).get(f"{RUNS}?{query}"))[:2] == (400, "invalid_query")


class TestWaiting(EndpointContract):
    @pytest.fixture
    def url(self, alice: User) -> str:
        return url_of(run(alice, calculator()), "waiting/")

    def test_a_run_in_line_says_so_as_the_whole_run_does(self, alice: User) -> None:
        execution = start(alice, calculator(), Input=8)

        body = api(alice).get(url_of(execution, "waiting/")).json()

        whole = api(alice).get(url_of(execution)).json()
        assert set(body) == {"id", "status", "waiting", "waiting_for"}
        assert body == {name: whole[name] for name in body}
        assert [one["kind"] for one in body["waiting"]] == ["queued"]

    def test_a_stranger_meets_a_404(self, bob: User, url: str) -> None:
        assert refusal(api(bob).get(url))[:2] == (404, "not_found")


class TestEvents(EndpointContract):
    @pytest.fixture
    def url(self, alice: User) -> str:
        return url_of(run(alice, calculator(), Input=8), "events/")

    def test_events_after_a_number(self, alice: User, url: str) -> None:
        body = api(alice).get(f"{url}?since=9").json()

        assert [one["seq"] for one in body["results"]] == [10, 11, 12]
        assert (body["next"], body["previous"]) == (None, None)
        assert body["results"][-1]["data"]["outputs"] == {"Output": [42.0]}

    @pytest.mark.parametrize(
        "since", ["-1", "x", "1.5", "٣", "99999999999999999999", "%00", "1e3", "0x1", "+1"]
    )
    def test_a_number_that_is_none_is_refused(
        self, caller: APIClient, url: str, since: str
    ) -> None:
        assert refusal(caller.get(f"{url}?since={since}"))[:2] == (400, "invalid_query")

    def test_the_stream_s_own_header_counts_too(self, alice: User, url: str) -> None:
        body = api(alice).get(url, headers={"Last-Event-ID": "11"}).json()

        assert [one["seq"] for one in body["results"]] == [12]

    def test_a_stranger_meets_a_404(self, bob: User, url: str) -> None:
        assert refusal(api(bob).get(url))[:2] == (404, "not_found")
        stream = api(bob).get(url, headers={"Accept": "text/event-stream"})
        assert refusal(stream)[:2] == (404, "not_found")


class TestNodeExecutions(EndpointContract):
    @pytest.fixture
    def url(self, alice: User) -> str:
        return url_of(run(alice, calculator(), Input=8), "node-executions/")

    def test_pages_in_the_order_of_opening(self, alice: User) -> None:
        graph = GraphBuilder()
        shown(graph, values(graph, *range(5)), "out")
        execution = run(alice, graph)
        url: str | None = url_of(execution, "node-executions/?page_size=2")
        pages = []

        while url:
            body = api(alice).get(url).json()
            pages.append([one["output_data"].get("output") for one in body["results"]])
            url = body["next"]

        assert pages == [[None, [0]], [[1], [2]], [[3], [4]]]

    def test_those_of_a_node_and_of_a_state(self, alice: User) -> None:
        graph = GraphBuilder()
        source = values(graph, 1, 2)
        sink = shown(graph, source, "out")
        execution = start(alice, graph)
        run_queued()

        def found(query: str) -> list[tuple[str, str]]:
            body = api(alice).get(url_of(execution, f"node-executions/?{query}")).json()
            return [(one["node_id"], one["status"]) for one in body["results"]]

        assert found(f"node_id={source}") == [(source, "COMPLETED")]
        assert found("status=QUEUED") == [(sink, "QUEUED"), (sink, "QUEUED")]
        assert found(f"node_id={source}&status=QUEUED&status=RUNNING") == []
        assert found("node_id=nobody") == []
        refused = api(alice).get(url_of(execution, "node-executions/?status=SKIPPED"))
        assert refusal(refused)[:2] == (400, "invalid_query")

    def test_each_says_how_long_it_took(self, alice: User) -> None:
        execution = run(alice, calculator(), Input=8)
        row = execution.node_executions.first()
        assert row is not None
        assert row.ended_at is not None
        assert row.started_at is not None
        took = (row.ended_at - row.started_at).total_seconds()
        first = api(alice).get(url_of(execution, "node-executions/")).json()["results"][0]

        assert first["duration"] == pytest.approx(took)
        assert (first["pinned"], first["tries"], first["logs"]) == (False, 1, [])

    def test_a_page_is_a_handful_of_queries(
        self, alice: User, django_assert_max_num_queries: Any
    ) -> None:
        graph = GraphBuilder()
        shown(graph, values(graph, *range(20)), "out")
        url = url_of(run(alice, graph), "node-executions/")
        client = api(alice)

        with django_assert_max_num_queries(5):
            client.get(url)

    def test_a_stranger_meets_a_404(self, bob: User, url: str) -> None:
        assert refusal(api(bob).get(url))[:2] == (404, "not_found")


class TestStop(EndpointContract):
    method = "post"

    @pytest.fixture
    def url(self, alice: User) -> str:
        return url_of(start(alice, calculator(), Input=8), "stop/")

    def test_a_stopped_run_is_told_as_it_then_is(self, alice: User, url: str) -> None:
        response = api(alice).post(url)

        assert (response.status_code, response.json()["status"]) == (200, "TERMINATED")
        assert Execution.objects.get().status == "TERMINATED"

    def test_a_stranger_stops_nothing(self, bob: User, url: str) -> None:
        assert refusal(api(bob).post(url))[:2] == (404, "not_found")
        assert Execution.objects.get().status == "QUEUED"


class TestOneBlock(EndpointContract):
    method = "post"

    @pytest.fixture
    def url(self) -> str:
        return CALCULATOR

    def test_a_block_runs_by_itself(self, alice: User) -> None:
        inputs = {"operation": "Add", "a": "8", "b": 34}

        response = api(alice).post(CALCULATOR, {"inputs": inputs})

        assert (response.status_code, response.json()) == (200, {"result": [42.0]})
        assert not Execution.objects.exists()

    def test_inputs_that_do_not_fit_are_told_by_pin(self, alice: User) -> None:
        response = api(alice).post(CALCULATOR, {"inputs": {"operation": "Guess", "a": 10**400}})

        assert refusal(response)[:2] == (400, "invalid_inputs")
        assert {one["attr"] for one in response.json()["errors"]} <= {
            "inputs.operation",
            "inputs.a",
            "inputs.b",
        }

    def test_a_block_that_fails_says_why(self, alice: User) -> None:
        inputs = {"operation": "Divide", "a": 1, "b": 0}

        response = api(alice).post(CALCULATOR, {"inputs": inputs})

        assert refusal(response) == (422, "block_failed", "Division by zero has no result.")

    @pytest.mark.parametrize("kind", ["nan", "object", "deep"])
    def test_what_is_not_json_does_not_leave(self, alice: User, kind: str) -> None:
        odd = UUID(int=0xABCDEF00000000000000000000000002)

        response = api(alice).post(f"/api/v1/blocks/{odd}/execute/", {"inputs": {"kind": kind}})

        assert refusal(response)[:2] == (422, "block_failed")
        assert response.json()["errors"][0]["code"] == "output_not_json"

    @pytest.mark.parametrize(
        "block",
        [
            "d67a9c52-5e4e-11e2-bcfd-0800200c9a71",  # waits
            "e189baac-8c20-45a1-94a7-55177ea42565",  # runs an agent
            "cc10ff7b-7753-4ff2-9af6-9399b1a7eddc",  # a note
        ],
    )
    def test_a_block_that_needs_an_agent_says_so(self, alice: User, block: str) -> None:
        inputs = {"seconds": 5, "text": ""}

        response = api(alice).post(f"/api/v1/blocks/{block}/execute/", {"inputs": inputs})

        assert refusal(response)[:2] == (422, "block_needs_agent")

    @pytest.mark.parametrize("block", ["x", "00000000-0000-4000-8000-00000000dead", "%00", "💥"])
    def test_an_unknown_block_is_not_found(self, alice: User, block: str) -> None:
        response = api(alice).post(f"/api/v1/blocks/{block}/execute/", {"inputs": {}})

        assert refusal(response)[:2] == (404, "not_found")
