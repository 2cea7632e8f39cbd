"""Class 25: a secret is planted wherever one may be, and found nowhere it should not be.

`test_class_25_secrets_in_errors.py` has what fails and what is logged line by line;
here is what people and programs read of a run, an agent and the logs about them.
"""

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions import eventlog, events, services
from agents.executions.models import Execution, NodeExecution
from audit.models import Entry
from telemetry import sentry
from telemetry.redaction import MARK
from tests.support.collectors import collecting
from tests.support.graphs import GraphBuilder
from tests.support.runs import run_to_end, start, version_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("probes"),
]

TYPED = "Tr0ub4dor-typed"  # into an input that is marked as secret
HEADER = "Tr0ub4dor-header"  # in an object, under a name that says so
DEFAULT = "Tr0ub4dor-default"  # what the author filled in
PLANTED = (TYPED, HEADER, DEFAULT)
PUBLIC = "nothing-to-hide"
Api = Callable[[User], APIClient]


def agent() -> GraphBuilder:
    """Return an agent with secrets in it, nodes that get them, and one that fails with one of them."""
    graph = GraphBuilder("Confiding")
    password = graph.input("password", secret=True, value=DEFAULT)
    plain = graph.input("plain")
    graph.node(
        "Emit", values=[["out", {"note": PUBLIC}]], trigger={"Authorization": HEADER, "A": PUBLIC}
    )
    sink = graph.node("Emit", values=[["out", PUBLIC]])
    graph.link(password, "result", sink, "trigger")
    crash = graph.node("Crash", message="x")
    graph.link(password, "result", crash, "message")
    graph.link(plain, "result", graph.output("out"), "value")
    return graph


@pytest.fixture
def run(alice: User) -> Execution:
    graph = agent()
    found = run_to_end(start(alice, graph, password=TYPED, plain=PUBLIC))
    assert found.status == "FAILED"
    return found


def clean(text: str) -> None:
    """Fail where anything that was planted is in the text, or nothing of what is public is."""
    assert [one for one in PLANTED if one in text] == []


def test_rest_tells_neither_a_run_s_inputs_nor_its_nodes(
    alice: User, api: Api, run: Execution
) -> None:
    client = api(alice)
    url = f"/api/v1/executions/{run.pk}/"
    shown = client.get(url).json()
    nodes = client.get(f"{url}node-executions/").content.decode()

    assert shown["inputs"] == {"password": MARK, "plain": PUBLIC}
    clean(json.dumps(shown))
    clean(nodes)
    assert PUBLIC in nodes


def test_events_tell_none_over_rest_streams_and_sockets(
    alice: User, api: Api, run: Execution
) -> None:
    client = api(alice)
    url = f"/api/v1/executions/{run.pk}/events/"
    listed = client.get(url).content.decode()
    told = eventlog.after(run, 0, 1000)

    clean(listed)
    assert PUBLIC in listed
    # What sockets and streams send is made by this function.
    clean(json.dumps(events.describe(run, told)))


def test_pages_show_none(alice: User, run: Execution) -> None:
    client = Client()
    client.force_login(alice)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    whole = [client.get(f"/runs/{run.pk}/value/?input=password").content.decode()]
    for row in NodeExecution.objects.filter(execution=run):
        for query in ("", "&output="):
            answer = client.get(f"/runs/{run.pk}/value/?node={row.pk}{query}")
            whole.append(answer.content.decode())

    clean(page)
    clean("".join(whole))
    assert PUBLIC in page
    assert whole[0].strip() == MARK


def test_the_form_to_run_it_again_carries_none(alice: User, run: Execution) -> None:
    client = Client()
    client.force_login(alice)

    page = client.get(f"/agents/{run.agent_id}/?run={run.pk}").content.decode()

    assert TYPED not in page


def test_staff_see_none(run: Execution) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    pages = [client.get(f"/admin/executions/execution/{run.pk}/change/")]
    pages += [
        client.get(f"/admin/executions/nodeexecution/{row.pk}/change/")
        for row in NodeExecution.objects.filter(execution=run)
    ]
    pages.append(client.get(f"/admin/graphs/graphversion/{run.graph_version_id}/change/"))

    assert {page.status_code for page in pages} == {200}
    for page in pages:
        clean(page.content.decode())


def test_exports_carry_none(alice: User, api: Api, run: Execution) -> None:
    client = api(alice)
    file = client.get(f"/api/v1/graphs/{run.agent_id}/?for_export=true").content.decode()

    clean(file)
    assert PUBLIC in file


def test_logs_tell_none(alice: User, logged: io.StringIO) -> None:
    graph = agent()
    run_to_end(start(alice, graph, password=TYPED, plain=PUBLIC))

    text = logged.getvalue()
    assert "Block of node execution" in text
    clean(text)


def test_the_audit_log_tells_none(run: Execution) -> None:
    lines = str(list(Entry.objects.values()))

    assert "run.started" in lines
    clean(lines)


def test_a_report_to_sentry_tells_none(alice: User) -> None:
    sent: list[str] = []

    class Reports(logging.Handler):
        """Makes a report of each error as Sentry's library would, at that moment."""

        def emit(self, record: logging.LogRecord) -> None:
            value = str(record.exc_info[1]) if record.exc_info else ""
            event = {
                "message": record.getMessage(),
                "exception": {"values": [{"type": "X", "value": value}]},
                "request": {"headers": {"Authorization": HEADER}, "cookies": {"a": HEADER}},
            }
            sent.append(json.dumps(sentry.prepare(event, {})))

    handler = Reports(level=logging.ERROR)
    logging.getLogger("agents").addHandler(handler)
    try:
        graph = agent()
        found = run_to_end(start(alice, graph, password=TYPED, plain=PUBLIC))
    finally:
        logging.getLogger("agents").removeHandler(handler)

    assert len(sent) == 1
    clean(sent[0])
    assert MARK in sent[0]
    assert str(found.pk) in sent[0]  # and yet it says which run it was


def test_spans_tell_none(alice: User, settings: Any) -> None:
    from telemetry import tracing

    graph = agent()
    with collecting() as collector:
        settings.TRACES = {"endpoint": collector.url, "headers": {}, "service": "test"}
        tracing.provider.cache_clear()
        run_to_end(start(alice, graph, password=TYPED, plain=PUBLIC))
        tracing.shutdown()
        settings.TRACES = {"endpoint": "", "headers": {}, "service": "test"}

    assert len(collector.spans()) > 3
    clean(collector.texts())


def test_blocks_retries_and_replays_get_the_values_as_they_are(alice: User, run: Execution) -> None:
    services.retry_execution(run.pk)
    again = run_to_end(run)

    crash = NodeExecution.objects.get(execution=again, status="FAILED")
    assert crash.input_data == {"message": TYPED}
    assert again.inputs == {"password": TYPED, "plain": PUBLIC}


def test_what_is_marked_by_a_block_or_by_a_name_is_masked_at_any_depth(
    alice: User, api: Api
) -> None:
    graph = GraphBuilder("Caller")
    node = graph.node("Emit", trigger=[{"headers": {"Cookie": HEADER, "Accept": PUBLIC}}])
    version = version_of(alice, graph)
    found = run_to_end(services.start_execution(owner=alice, agent_id=version.agent_id, inputs={}))

    client = api(alice)
    [shown] = client.get(f"/api/v1/executions/{found.pk}/node-executions/").json()["results"]

    assert shown["node_id"] == node
    assert shown["input_data"]["trigger"] == [{"headers": {"Cookie": MARK, "Accept": PUBLIC}}]
