"""A worker is killed in the middle of four runs: what becomes of each depends on its block."""

from pathlib import Path

import pytest

from accounts.models import User
from agents.executions import recovery
from agents.executions.models import Execution, NodeExecution
from agents.executions.output import outputs
from tests.support.clients import api
from tests.support.graphs import GraphBuilder
from tests.support.probes import registered
from tests.support.runs import start
from tests.support.waiting import eventually
from tests.support.workers import workers

LEASE = {"NODE_LEASE_SECONDS": "3"}  # the shortest there is


class Stalled:
    """A run whose first node holds its worker: it emits a value, waits, emits another one."""

    def __init__(self, owner: User, folder: Path, effect: str, *, handled: bool = False) -> None:
        self.log = folder / f"{effect}-{handled}"  # the block adds a line each time it runs
        graph = GraphBuilder()
        self.node = graph.node(f"Stall{effect.title()}", log=str(self.log))
        graph.link(self.node, "out", graph.output("out"), "value")
        if handled:
            graph.link(self.node, "error", graph.output("problem"), "value")
        self.execution = start(owner, graph)

    @property
    def row(self) -> NodeExecution:
        return NodeExecution.objects.get(execution=self.execution, node_id=self.node)

    @property
    def end(self) -> Execution:
        return Execution.objects.with_graph().get(pk=self.execution.pk)

    @property
    def runs(self) -> int:
        return len(self.log.read_text().splitlines())

    def reasons(self) -> list[str]:
        """Return what the API says that the stalled node waits for."""
        client = api(self.execution.owner)
        answer = client.get(f"/api/v1/executions/{self.execution.pk}/").json()
        return [one["reason"] for one in answer["waiting"] if one["node_id"] == self.node]

    def is_overdue(self) -> bool:
        """Return whether the API says that the node's worker was not heard from in time."""
        return any("was last heard from before" in one for one in self.reasons())


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_its_runs_in_a_state_that_says_what_happened(
    alice: User, servers: None, tmp_path: Path
) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    with registered(), workers(1, tmp_path / "first", **LEASE) as [doomed]:
        pure = Stalled(alice, tmp_path, "none")
        repeatable = Stalled(alice, tmp_path, "idempotent")
        acting = Stalled(alice, tmp_path, "external")
        handled = Stalled(alice, tmp_path, "external", handled=True)
        runs = [pure, repeatable, acting, handled]
        eventually(lambda: all(one.log.exists() for one in runs), timeout=30)
        lost = acting.row.worker
        doomed.kill()
        assert not any(one.is_overdue() for one in runs)  # nobody can know it yet

        with workers(1, tmp_path / "second", **LEASE):
            eventually(lambda: all(one.is_overdue() for one in runs), timeout=10)
            [reason] = acting.reasons()
            recover(runs)

        assert f":{doomed.process.pid}:" in lost
        assert reason.startswith(f"StallExternal: its worker {lost!r} was last heard from before")
        for run in (pure, repeatable):
            ran_again_and_delivered_each_value_once(run)
        failed_as_interrupted(acting)
        failed_as_interrupted(handled)
        [message] = acting.end.error["nodes"]
        assert message == {"node_id": acting.node, **acting.row.error}
        assert (acting.end.status, outputs(acting.end)) == ("FAILED", {"out": ["first"]})
        assert handled.end.status == "COMPLETED"
        assert outputs(handled.end) == {"out": ["first"], "problem": [handled.row.error["message"]]}


def recover(runs: list[Stalled]) -> None:
    """Sweep, as beat does every few seconds, until all runs have ended."""
    open_ = Execution.objects.filter(pk__in=[one.execution.pk for one in runs], ended_at=None)

    def all_ended() -> bool:
        recovery.sweep()
        return not open_.exists()

    eventually(all_ended, timeout=30, every=0.5, what="the end of all runs")


def ran_again_and_delivered_each_value_once(run: Stalled) -> None:
    assert (run.end.status, outputs(run.end)) == ("COMPLETED", {"out": ["first", "second"]})
    row = run.row
    assert (row.status, row.losses, row.attempt, run.runs) == ("COMPLETED", 1, 3, 2)
    assert list(row.emissions.values_list("number", "value")) == [(0, "first"), (1, "second")]


def failed_as_interrupted(run: Stalled) -> None:
    row = run.row
    assert (row.status, row.losses, run.runs) == ("FAILED", 1, 1)
    assert row.error == {
        "code": "interrupted",
        "message": f"The worker {row.worker!r} was lost while this block ran. It may have acted "
        "on the world already, so it was not run again. Check, then run the agent again.",
    }
