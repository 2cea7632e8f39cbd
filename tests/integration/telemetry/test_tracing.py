"""One trace from a request through every node that came of it, by the real exporter."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions.models import Execution
from telemetry import tracing
from tests.support.collectors import Collector, collecting
from tests.support.graphs import GraphBuilder
from tests.support.probes import registered
from tests.support.runs import run_to_end, start, version_of

pytestmark = pytest.mark.django_db(transaction=True)

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def collector(settings: Settings) -> Iterator[Collector]:
    with collecting() as found:
        settings.TRACES = {
            "endpoint": found.url,
            "headers": {"x-team": "ours"},
            "service": "trellis-test",
        }
        tracing.provider.cache_clear()
        yield found
        tracing.shutdown()


def spans(collector: Collector) -> list[Any]:
    tracing.flush()
    return collector.spans()


def chain(length: int) -> GraphBuilder:
    graph = GraphBuilder("Chain")
    last, pin = graph.input("in"), "result"
    for _ in range(length):
        node = graph.node("UniversalTypeConverterBlock", type="string")
        graph.link(last, pin, node, "value")
        last, pin = node, "value"
    return graph


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def run_by_request(api: APIClient, alice: User, graph: GraphBuilder, **inputs: Any) -> Execution:
    """Start a run as a caller who traces does, and run it to its end."""
    version = version_of(alice, graph)
    response = api.post(
        f"/api/v1/graphs/{version.agent_id}/execute/{version.version}/",
        {"inputs": inputs},
        headers={"traceparent": f"00-{TRACE}-{CALLER}-01", "X-Request-ID": "asked-1"},
    )
    assert response.status_code in {200, 201, 202}, response.content
    return run_to_end(Execution.objects.get())


def test_a_run_of_several_nodes_is_one_trace_that_the_caller_began(
    collector: Collector, api: Any, alice: User
) -> None:
    run = run_by_request(api(alice), alice, chain(3), **{"in": 1})

    found = spans(collector)

    assert {span.trace_id.hex() for span in found} == {TRACE}
    by_name = {span.name: span for span in found}
    [request] = [span for span in found if span.kind == 2]  # a server's
    assert request.name.startswith("POST /api/v1/graphs/<uuid:")
    assert request.parent_span_id.hex() == CALLER
    assert attributes(request)["trellis.request_id"] == "asked-1"
    begun = by_name["start run"]
    assert begun.parent_span_id == request.span_id
    nodes = [span for span in found if span.name.startswith("node ")]
    assert [span.name for span in nodes].count("node UniversalTypeConverterBlock") == 3
    assert {span.parent_span_id for span in nodes} == {begun.span_id}
    assert {attributes(span)["trellis.graph_exec_id"] for span in nodes} == {str(run.pk)}
    assert len({attributes(span)["trellis.node_exec_id"] for span in nodes}) == len(nodes)
    assert (run.request_id, run.traceparent[3:35]) == ("asked-1", TRACE)


def test_the_lane_makes_the_same_spans(
    collector: Collector, api: Any, alice: User, lane: None
) -> None:
    run_by_request(api(alice), alice, chain(5), **{"in": 1})

    nodes = [span for span in spans(collector) if span.name.startswith("node ")]

    assert len(nodes) == 6
    assert {span.trace_id.hex() for span in nodes} == {TRACE}


def test_what_failed_says_with_which_code_and_nothing_of_what_it_worked_on(
    collector: Collector, alice: User
) -> None:
    graph = GraphBuilder("Crash")
    with registered():
        graph.node("Crash", message="open sesame")
        run_to_end(start(alice, graph))

    [failed] = [span for span in spans(collector) if span.status.code == 2]

    assert failed.name == "node Crash"
    assert failed.status.message == "block_failed"
    assert not failed.events
    assert "open sesame" not in collector.texts()


def test_runs_that_a_run_starts_are_in_its_trace(
    collector: Collector, api: Any, alice: User
) -> None:
    child = chain(1)
    family = GraphBuilder("Family")
    node = family.agent(child)
    family.link(family.input("in"), "result", node, "in")

    run_by_request(api(alice), alice, family, **{"in": 1})

    found = spans(collector)
    assert {span.trace_id.hex() for span in found} == {TRACE}
    [above] = {span.span_id for span in found if span.name == "node AgentExecutorBlock"} & {
        span.parent_span_id for span in found
    }
    assert [span.name for span in found if span.parent_span_id == above].count(
        "node UniversalTypeConverterBlock"
    ) == 1


def test_the_collector_is_told_whose_spans_these_are(collector: Collector, alice: User) -> None:
    run_to_end(start(alice, chain(1), **{"in": 1}))
    tracing.flush()

    [(path, headers, _), *_] = collector.received

    assert path == "/v1/traces"
    assert headers["x-team"] == "ours"
    assert "trellis-test" in collector.texts()


def test_a_run_that_no_request_started_has_a_trace_of_its_own(
    collector: Collector, alice: User
) -> None:
    run = start(alice, chain(2), **{"in": 1})
    run_to_end(run)

    assert len({span.trace_id for span in spans(collector)}) == 1
    assert Execution.objects.get(pk=run.pk).traceparent != ""


def test_without_a_collector_nothing_is_made(api: Any, alice: User) -> None:
    tracing.provider.cache_clear()

    run = run_by_request(api(alice), alice, chain(1), **{"in": 1})

    assert run.traceparent == ""
    assert run.request_id == "asked-1"
    assert tracing.provider.cache_info().currsize == 0
