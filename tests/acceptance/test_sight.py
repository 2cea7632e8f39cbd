"""One run through real processes, as an operator sees it: one trace, figures, reports, JSON logs."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions.models import Execution, NodeExecution
from apikeys.services import issue
from kernel import messages
from telemetry import reporting, tracing
from telemetry.exposition import page
from tests.support.collectors import collecting
from tests.support.graphs import GraphBuilder
from tests.support.probes import registered
from tests.support.runs import version_of
from tests.support.waiting import eventually
from tests.support.webs import webs
from tests.support.workers import running, ticking

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SECRET = "Tr0ub4dor-secret"
PATIENCE = 120.0
ALWAYS = {"timestamp", "level", "logger", "message", "pid"}
COMPUTES = "MatchTextPatternBlock"


def agent(folder: Path) -> GraphBuilder:
    """Return an agent that computes, runs another agent, tries twice, and fails with a secret."""
    child = GraphBuilder("Child")
    child.link(child.input("in"), "result", child.output("out"), "value")
    graph = GraphBuilder("Seen")
    start = graph.input("text")
    match = graph.node(COMPUTES, match="o", data="found")
    sub = graph.agent(child)
    again = graph.node("Troubled", log=str(folder / "tries"), failures=1)
    crash = graph.node("Crash", message="x")
    graph.link(start, "result", match, "text")
    graph.link(match, "positive", sub, "in")
    graph.link(sub, "out", again, "trigger")
    graph.link(graph.input("password", secret=True), "result", crash, "message")
    return graph


def json_lines(log: Path) -> list[dict[str, Any]]:
    """Return the lines of a log. Fails where one is not JSON, or lacks what each has."""
    found = []
    for line in log.read_text().splitlines():
        if not line or line.startswith("worker: "):
            continue  # Celery says that it ends in a handler of signals, where nothing may log
        told = json.loads(line)
        assert told.keys() >= ALWAYS, line
        found.append(told)
    return found


def counted(name: str, **labels: str) -> float:
    text, _ = page("text/plain")
    return sum(
        sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@pytest.mark.django_db(transaction=True)
def test_a_run_over_web_io_and_cpu_workers_is_one_trace_with_figures_reports_and_logs(
    alice: User, servers: None, tmp_path: Path
) -> None:
    messages.client(settings.REDIS_URL).delete(reporting.SUMS, reporting.STATES)
    with registered():
        version = version_of(alice, agent(tmp_path))
    with ExitStack() as stack:
        traces, reports = stack.enter_context(collecting()), stack.enter_context(collecting())
        environment = {
            "LOG_FORMAT": "json",
            "OTEL_EXPORTER_OTLP_ENDPOINT": traces.url,
            "SENTRY_DSN": reports.url.replace("://", "://public@") + "/1",
            "PYTHONWARNINGS": "ignore",
            "RETRY_INITIAL_SECONDS": "0",
        }
        [web] = stack.enter_context(webs(1, tmp_path, **environment))
        stack.enter_context(ticking(tmp_path, **environment))
        for name, pool, slots in (("io", "threads", 4), ("cpu", "prefork", 2)):
            log = tmp_path / f"{name}.log"
            worker = stack.enter_context(
                running(name, log, environment, pool=pool, slots=slots, queues=name)
            )
            eventually(worker.is_ready, timeout=PATIENCE, what="the worker's readiness")
        key = {"X-API-Key": issue(alice)}
        assert httpx.get(f"{web}/api/v1/graphs/", headers=key, timeout=PATIENCE).status_code == 200
        with registered(), patch.dict(settings.TRACES, endpoint=traces.url):
            answer = APIClient().post(  # web processes know no blocks of tests
                f"/api/v1/graphs/{version.agent_id}/execute/",
                {"inputs": {"text": "hello", "password": SECRET}},
                headers={
                    **key,
                    "X-Request-ID": "asked-by-test",
                    "traceparent": f"00-{TRACE}-{CALLER}-01",
                },
            )
            tracing.shutdown()
        assert answer.status_code == 202, answer.content
        pk = answer.json()["id"]
        eventually(
            lambda: Execution.objects.get(pk=pk).state.is_final, timeout=PATIENCE, what="its end"
        )

    # Figures: also those of processes that the cpu worker forked and that have ended.
    assert counted("trellis_node_duration_seconds_count", block=COMPUTES) == 1
    assert counted("trellis_node_duration_seconds_count", block="Troubled") == 2
    assert counted("trellis_runs_total", status="failed") == 1
    assert counted("trellis_schedule_lateness_seconds_count") > 0
    assert counted("trellis_http_requests_total", method="GET", status="200") == 1

    # One trace, whoever ran what.
    mine = [span for span in traces.spans() if span.trace_id.hex() == TRACE]
    names = [span.name for span in mine]
    assert [name for name in names if name.startswith("POST /api/v1/graphs/")]
    assert {f"node {COMPUTES}", "node AgentExecutorBlock", "node Crash"} <= set(names)
    assert names.count("node Troubled") == 2
    assert names.count("node AgentOutputBlock") == 1  # of the agent that the agent ran
    known = {span.span_id.hex() for span in mine} | {CALLER}
    assert {span.parent_span_id.hex() for span in mine} <= known

    # The report says which run and node it was, and no secret.
    crash = NodeExecution.objects.get(execution=pk, error__isnull=False)
    text = reports.texts()
    assert str(pk) in text
    assert str(crash.pk) in text
    assert SECRET not in text + traces.texts()

    # Every line of every process is JSON; those of the node have all ids.
    logs = {name: json_lines(tmp_path / f"{name}.log") for name in ("io", "cpu", "ticks", "beat")}
    json_lines(tmp_path / "web-0.log")
    assert SECRET not in str(logs)
    [line] = [one for one in logs["io"] if "Block of node execution" in one["message"]]
    assert line["task_id"]
    assert {name: line[name] for name in ("request_id", "graph_exec_id", "node_exec_id")} == {
        "request_id": "asked-by-test",
        "graph_exec_id": pk,
        "node_exec_id": str(crash.pk),
    }
    assert (line["node_id"], line["user_id"]) == (crash.node_id, str(alice.pk))
