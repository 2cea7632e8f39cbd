"""Agents whose blocks ask models, run as workers run them."""

import subprocess
import sys
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import User
from agents.engine.ids import NodeId
from agents.engine.states import NodeStatus
from agents.executions import starting
from agents.executions.models import Emission, Execution, LogLine, NodeExecution
from agents.executions.output import outputs
from telemetry import redaction
from tests.support import runs
from tests.support.graphs import GraphBuilder
from tests.support.modelservers import instance_model, refusal

pytestmark = pytest.mark.django_db(transaction=True)

LATE = """
import sys, django
django.setup()
import agents.executions.runner, agents.executions.tasks, config.urls
late = {"pydantic_ai", "openai", "anthropic", "google.genai", "httpx2"} & set(sys.modules)
assert not late, late
"""


def asking(**pins: Any) -> tuple[GraphBuilder, str]:
    """Return an agent that asks a model, and its node."""
    graph = GraphBuilder()
    node = graph.node("AITextGeneratorBlock", prompt="Hi", **pins)
    graph.link(node, "response", graph.output("Said"), "value")
    return graph, node


def test_with_one_address_and_no_key_an_agent_with_an_ai_block_runs(alice: User) -> None:
    graph, _ = asking()

    with instance_model("Hello there") as host:
        execution = runs.run(alice, graph)

    assert (execution.status, outputs(execution)) == ("COMPLETED", {"Said": ["Hello there"]})
    assert "authorization" not in host.asked[0].headers
    assert [line.text for line in LogLine.objects.all()] == [
        "'gpt-4o' is answered by 'local', the model of this instance."
    ]


def test_without_any_model_the_node_says_what_is_missing(alice: User) -> None:
    graph, node = asking(model="claude-3-haiku-20240307")

    execution = runs.run(alice, graph)

    assert execution.status == "FAILED"
    [row] = runs.rows(execution, node)
    assert row.error is not None
    assert row.error["code"] == "model_credentials_missing"
    assert "provider `anthropic`" in row.error["message"]


def test_a_name_that_nobody_knows_survives_import_and_is_an_error_when_it_runs(alice: User) -> None:
    graph, node = asking(model="gpt4-from-1999")
    version = runs.version_of(alice, graph)

    execution = runs.run_to_end(starting.start(owner_id=alice.pk, version=version, inputs={}))

    assert [row.error["code"] for row in runs.rows(execution, node) if row.error] == [
        "model_unknown"
    ]
    assert version.graph.nodes[NodeId(node)].input_default["model"] == "gpt4-from-1999"


def test_a_busy_provider_is_waited_for_in_the_database(alice: User) -> None:
    graph, node = asking()
    busy = refusal("429 Too Many Requests", "Slow down", Retry_After="600")

    with instance_model(busy, "Now") as host:
        execution = runs.start(alice, graph)
        before = now()
        row = runs.run_node(execution, node)

        assert row.status == NodeStatus.WAITING
        assert row.worker == "" or row.lease_until is None
        assert row.wake_at is not None
        assert 590 < (row.wake_at - before).total_seconds() < 900
        assert row.last_error == {
            "code": "model_rate_limited",
            "message": "This instance's model server was asked too much in a short time: Slow down",
        }
        assert len(host.asked) == 1

        NodeExecution.objects.filter(pk=row.pk).update(wake_at=before)
        execution = runs.run_to_end(execution)

    assert outputs(execution) == {"Said": ["Now"]}


def test_a_provider_that_says_no_when_to_come_back_is_asked_once(alice: User) -> None:
    graph, _ = asking()

    with instance_model(refusal("401 Unauthorized", "Who are you?")) as host:
        execution = runs.run(alice, graph)

    assert execution.status == "FAILED"
    assert len(host.asked) == 1


def test_a_key_is_in_no_row_that_a_run_leaves(alice: User) -> None:
    key = "operators-own-key-1234"
    graph, _ = asking()

    with instance_model(refusal("400 Bad Request", f"Bad key {key}"), key=key):
        redaction.remember(key)  # as the settings do
        execution = runs.run(alice, graph)

    assert key not in str(
        [list(model.objects.values()) for model in (Execution, NodeExecution, Emission, LogLine)]
    )
    assert execution.error is not None
    assert "Bad key [redacted]" in execution.error["message"]


def test_who_asks_no_model_does_not_load_the_libraries() -> None:
    subprocess.run([sys.executable, "-c", LATE], check=True, timeout=120)
