"""The figures of an instance: who may read them, what they say, and what restarts do to them."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from django.conf import settings as configured
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from accounts.models import User
from agents.executions import losses
from agents.executions.models import NodeExecution, WorkerLife
from kernel import messages
from telemetry import reporting
from telemetry.exposition import page
from telemetry.metrics import SOCKETS
from tests.support.graphs import GraphBuilder
from tests.support.probes import registered
from tests.support.runs import run_to_end, start

pytestmark = pytest.mark.django_db(transaction=True)

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(autouse=True)
def clean(servers: None) -> Iterator[None]:
    """Nothing was reported before; this process reports."""
    client = messages.client(configured.REDIS_URL)
    client.delete(reporting.SUMS, reporting.STATES)
    reporting.end()
    client.delete(reporting.SUMS)
    reporting.start("test@here")
    yield
    reporting.end()
    client.delete(reporting.SUMS, reporting.STATES)


def figures() -> Figures:
    """Return what Prometheus reads from the page now."""
    text, _ = page("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def value(name: str, **labels: str) -> float:
    return figures().get((name, tuple(sorted(labels.items()))), 0.0)


def echo() -> GraphBuilder:
    graph = GraphBuilder("Echo")
    node = graph.node("UniversalTypeConverterBlock", type="string")
    graph.link(graph.input("in"), "result", node, "value")
    return graph


class TestGuard:
    def test_without_the_token_nobody_reads_them(self, client: Client) -> None:
        response = client.get("/metrics")

        assert response.status_code == 401
        assert response["WWW-Authenticate"] == 'Bearer realm="metrics"'
        assert "trellis_" not in response.content.decode()

    @pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "Basic x", "Bearer ü"])
    def test_another_token_opens_nothing(self, client: Client, header: str) -> None:
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 401

    def test_a_person_who_may_do_everything_needs_the_token_too(
        self, client: Client, alice: User
    ) -> None:
        alice.is_superuser = alice.is_staff = True
        alice.save()
        client.force_login(alice)

        assert client.get("/metrics").status_code == 401

    def test_with_the_token_prometheus_reads_them_under_any_host(
        self, client: Client, settings: Settings
    ) -> None:
        headers = {"Authorization": f"Bearer {settings.METRICS_TOKEN}", "Host": "10.0.0.1"}

        response = client.get("/metrics", headers=headers)

        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/plain; version=")
        assert "# TYPE trellis_http_requests_total counter" in response.content.decode()

    def test_an_address_counts_only_where_it_is_allowed_and_nothing_stands_between(
        self, client: Client, settings: Settings
    ) -> None:
        assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 401

        settings.METRICS_NETWORKS = [ip_network("127.0.0.0/8")]

        assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 200
        assert client.get("/metrics", REMOTE_ADDR="10.0.0.1").status_code == 401
        assert client.get("/metrics", REMOTE_ADDR="").status_code == 401
        proxied = {"X-Forwarded-For": "127.0.0.1"}
        response = client.get("/metrics", headers=proxied, REMOTE_ADDR="127.0.0.1")
        assert response.status_code == 401

    def test_the_token_is_made_where_none_is_set_and_is_long(self) -> None:
        assert len(configured.METRICS_TOKEN) >= 32


class TestRequests:
    def test_a_request_is_counted_by_the_pattern_of_its_address(self, client: Client) -> None:
        client.get(f"/api/v1/graphs/{uuid.uuid4()}/")
        client.get(f"/api/v1/graphs/{uuid.uuid4()}/")

        counted = [key for key in figures() if key[0] == "trellis_http_requests_total"]

        [(_, labels)] = counted
        assert dict(labels)["method"] == "GET"
        assert dict(labels)["status"] == "401"
        assert "<uuid:" in dict(labels)["route"]
        assert figures()[counted[0]] == 2
        route = {"method": "GET", "route": dict(labels)["route"]}
        assert value("trellis_http_request_duration_seconds_count", **route) == 2

    def test_no_caller_can_make_up_labels(self, client: Client) -> None:
        client.generic("BREW", "/coffee")
        client.get("/nowhere/at/all")

        found = {dict(labels).get("method") for name, labels in figures() if "requests" in name}
        routes = {dict(labels).get("route") for name, labels in figures() if "requests" in name}

        assert found <= {"GET", "other"}
        assert "coffee" not in str(routes)
        assert "nowhere" not in str(routes)

    def test_probes_are_not_counted(self, client: Client) -> None:
        client.get("/healthz")
        client.get("/metrics")

        assert not [key for key in figures() if key[0] == "trellis_http_requests_total"]


class TestEngine:
    def test_runs_and_nodes_are_counted(self, alice: User) -> None:
        crash = GraphBuilder("Crash")
        with registered():
            crash.node("Crash", message="no")
            run_to_end(start(alice, echo(), **{"in": 1}))
            run_to_end(start(alice, crash))

        assert value("trellis_runs_total", status="completed") == 1
        assert value("trellis_runs_total", status="failed") == 1
        block = "UniversalTypeConverterBlock"
        assert value("trellis_node_duration_seconds_count", block=block) == 1
        assert value("trellis_node_failures_total", block="Crash", code="block_failed") == 1

    def test_what_waits_is_known_by_its_queue(self, alice: User) -> None:
        start(alice, echo(), **{"in": 1})
        start(alice, echo(), **{"in": 2})

        assert value("trellis_queue_depth", queue="io") == 2
        assert value("trellis_queue_depth", queue="cpu") == 0
        assert value("trellis_queue_oldest_seconds", queue="io") > 0
        assert value("trellis_runs_open", state="working") == 2

    def test_workers_are_counted_by_the_queues_they_serve(self) -> None:
        facts = {"name": "all@here", "pool": "threads", "slots": 4, "version": "1"}
        WorkerLife.objects.sign(uuid.uuid4(), queues=["io", "cpu"], **facts)

        assert value("trellis_workers", queue="io") == 1
        assert value("trellis_workers", queue="ticks") == 0

    def test_a_lost_lease_is_counted_with_its_reason(self, alice: User) -> None:
        start(alice, echo(), **{"in": 1})
        row = NodeExecution.objects.get(status="QUEUED")
        NodeExecution.objects.filter(pk=row.pk).update(
            status="RUNNING", attempt=1, lease_until="2020-01-01T00:00Z"
        )

        assert losses.take_over(row.pk)

        assert value("trellis_leases_lost_total", reason="worker_lost") == 1

    def test_nothing_of_a_person_is_in_the_labels(self, alice: User) -> None:
        run = run_to_end(start(alice, echo(), **{"in": 1}))

        text, _ = page("text/plain")

        for told in (alice.username, str(run.pk), f'"{alice.pk}"'):
            assert told not in text.decode()


class TestProcesses:
    def test_counts_of_processes_add_up_and_survive_them(self) -> None:
        for _ in range(2):
            _count_in_another_process("reporting.end()")

        assert value("trellis_llm_tokens_total", provider="x", direction="input") == 10

    def test_what_a_killed_process_had_reported_stays(self) -> None:
        _count_in_another_process("reporting.report(); os._exit(9)", status=9)

        assert value("trellis_llm_tokens_total", provider="x", direction="input") == 5
        assert value("trellis_ws_connections") == 3  # believed until they run out

    def test_a_state_goes_with_its_process(self) -> None:
        _count_in_another_process("reporting.end()")

        assert value("trellis_ws_connections") == 0

    def test_a_process_that_was_forked_does_not_report_again_what_its_parent_counted(self) -> None:
        _count_in_another_process(
            "reporting.report()\n"
            "pid = os.fork()\n"
            "if pid == 0:\n"
            "    reporting.start('child@here')\n"
            "    LLM_TOKENS.labels('x', 'input').inc(1)\n"
            "    reporting.end(); os._exit(0)\n"
            "os.waitpid(pid, 0); reporting.end()"
        )

        assert value("trellis_llm_tokens_total", provider="x", direction="input") == 6

    def test_without_redis_the_page_says_so_and_counts_are_kept(self, settings: Settings) -> None:
        SOCKETS.inc()
        url, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
        assert value("trellis_scrape_problems") == 2  # sums, and messages in queues
        settings.REDIS_URL = url

        assert value("trellis_ws_connections") == 1
        assert value("trellis_scrape_problems") == 0
        SOCKETS.dec()


def _count_in_another_process(then: str, status: int = 0) -> None:
    code = (
        "import os, django; django.setup()\n"
        "from telemetry import reporting\n"
        "from telemetry.metrics import LLM_TOKENS, SOCKETS\n"
        "reporting.start('other@here')\n"
        "LLM_TOKENS.labels('x', 'input').inc(5); SOCKETS.inc(3)\n" + then
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={
            **os.environ,
            "REDIS_URL": configured.REDIS_URL,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": f"{configured.BASE_DIR}:{configured.BASE_DIR}/platform",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == status, done.stderr
