"""Class 25: secrets in errors, logs, exports and history give way to a mark."""

import io
import logging
import os
import subprocess
import sys
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as configured
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions.blocklog import BlockLog
from agents.executions.models import Emission, Event, Execution, LogLine, NodeExecution
from apikeys import services
from telemetry.redaction import MARK
from tests.support.collectors import collecting
from tests.support.graphs import GraphBuilder
from tests.support.runs import run_to_end, start

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("probes"),
]

SECRET = "Tr0ub4dor&3"


def confiding(message: str = f"Refused: {SECRET} is wrong.") -> GraphBuilder:
    """Return an agent with an input that is marked as secret, and a block that quotes it."""
    graph = GraphBuilder("Confiding")
    password = graph.input("password", secret=True)
    crash = graph.node("Crash", message=message)
    graph.link(password, "result", crash, "message")
    return graph


def everything_of(run: Execution) -> str:
    """Return what is recorded of the failure, wherever people and other nodes may read it."""
    crash = NodeExecution.objects.get(execution=run, status="FAILED")
    emitted = Emission.objects.filter(node_execution=crash)
    return str([run.error, crash.error, [one.value for one in emitted]])


def test_an_error_does_not_quote_what_was_typed_into_a_secret_input(
    alice: User, logged: io.StringIO
) -> None:
    run = run_to_end(start(alice, confiding(), password=SECRET))

    assert run.status == "FAILED"
    assert MARK in everything_of(run)
    assert SECRET not in everything_of(run)
    assert SECRET not in logged.getvalue()
    assert "Block of node execution" in logged.getvalue()


def test_neither_does_it_in_the_lane(alice: User, lane: None, logged: io.StringIO) -> None:
    run = run_to_end(start(alice, confiding(), password=SECRET))

    assert SECRET not in everything_of(run) + logged.getvalue()


def test_the_run_gets_the_value_as_it_is(alice: User) -> None:
    run = run_to_end(start(alice, confiding(), password=SECRET))

    crash = NodeExecution.objects.get(execution=run, status="FAILED")
    assert crash.input_data == {"message": SECRET}


def test_an_error_tells_no_secret_of_the_instance(alice: User) -> None:
    graph = GraphBuilder("Crash")
    graph.node("Crash", message=f"Signed with {configured.SECRET_KEY}")

    run = run_to_end(start(alice, graph))

    assert configured.SECRET_KEY not in everything_of(run)
    assert f"Signed with {MARK}" in everything_of(run)


def test_events_and_rest_tell_the_same_error(alice: User, api: Any) -> None:
    run = run_to_end(start(alice, confiding(), password=SECRET))

    found = api(alice).get(f"/api/v1/executions/{run.pk}/").json()

    assert SECRET not in str(found["error"])
    events = Event.objects.filter(execution=run)
    assert SECRET not in str([(one.note, one.status) for one in events])


def test_what_a_block_writes_to_its_log_has_no_secret(alice: User) -> None:
    start(alice, confiding(), password="x")
    row = NodeExecution.objects.first()
    assert row is not None
    key = services.issue(alice)

    log = BlockLog(row)
    log.add(f"Calling with {key} and Bearer abcdefghijklmnopqrstuv")
    log.flush()

    assert LogLine.objects.get().text == (f"Calling with {key[:14]}{MARK} and Bearer {MARK}")


def test_a_request_with_a_key_leaves_none_in_the_log(
    alice: User, client: Any, logged: io.StringIO
) -> None:
    key = services.issue(alice)

    client.get(f"/api/v1/graphs/{uuid4()}/?token={key}", headers={"X-API-Key": key})
    logging.getLogger("x").warning("Asked with %s", key)

    assert key not in logged.getvalue()
    assert f"Asked with {key[:14]}{MARK}" in logged.getvalue()


def test_an_exported_agent_carries_no_secret_by_its_name_at_any_depth(
    alice: User, api: Any
) -> None:
    graph = GraphBuilder("Caller")
    graph.node(
        "Emit", values=[["out", {"headers": {"Authorization": "x1", "Cookie": "x2", "A": "x3"}}]]
    )
    run = start(alice, graph)
    agent = run.graph_version.agent_id

    client: APIClient = api(alice)
    file = client.get(f"/api/v1/graphs/{agent}/?for_export=true").content.decode()

    assert "x3" in file
    assert "x1" not in file
    assert "x2" not in file


REPORT = f"""
import logging, django; django.setup()
from django.conf import settings
from telemetry import ending
password = "{SECRET}"
try:
    raise RuntimeError(f"No: postgres://me:{{password}}@db/x {{settings.SECRET_KEY}}")
except RuntimeError:
    logging.getLogger("agents").exception("It failed", extra={{"api_key": "abc-123"}})
ending.flush()
"""


def test_sentry_gets_the_error_without_values_and_secrets() -> None:
    """In a process of its own: Sentry's library changes others for good."""
    with collecting() as collector:
        done = subprocess.run(
            [sys.executable, "-c", REPORT],
            env={
                **os.environ,
                "SENTRY_DSN": collector.url.replace("://", "://public@") + "/1",
                "SECRET_KEY": "a-key-of-the-instance",
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "PYTHONPATH": f"{configured.BASE_DIR}:{configured.BASE_DIR}/platform",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    assert done.returncode == 0, done.stderr
    told = collector.texts()
    assert "It failed" in told
    assert "RuntimeError" in told
    assert MARK in told
    for secret in (SECRET, "a-key-of-the-instance", "abc-123"):
        assert secret not in told
        assert secret not in done.stderr
