"""When a node execution waited, as the page of its run shows it."""

import pytest

from accounts.models import User
from agents.executions.models import NodeExecution
from tests.support.graphs import GraphBuilder
from tests.support.runs import run_queued, start
from webui import timeline

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_wait_is_shown_from_its_first_moment(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = GraphBuilder("Timer")
    graph.node("CountdownTimerBlock", input_message="tick", hours=1)
    execution = start(alice, graph)
    run_queued()
    row = NodeExecution.objects.get(execution=execution, status="WAITING")
    assert row.started_at is not None
    monkeypatch.setattr(timeline, "now", lambda: row.started_at)  # the page is made at once

    spans = timeline.spans_of(execution, [row])[row.pk]

    assert [end for _, end in spans.slept] == [None]
