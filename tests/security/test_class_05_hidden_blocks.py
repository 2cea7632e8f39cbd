"""Class 5: what is taken out of use is out of use wherever a run could reach it.

Blocks that the instance has no more, nodes that are disabled, blocks that belong inside of agents,
and blocks that a person allows first: each is asked of every way in which something is run.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions import runner, services
from agents.executions.models import Execution, NodeExecution, Review
from agents.executions.shelf import shelf
from agents.graphs import models
from agents.graphs import services as graphs
from agents.graphs.cache import GraphCache
from blocks.sdk import BlockKind, registry
from tests.support.graphs import GraphBuilder
from tests.support.probes import PROBES, registered
from tests.support.runs import run_to_end, version_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]

Api = Callable[..., APIClient]
Ask = Callable[[APIClient, GraphBuilder, Execution], Any]
Later = Callable[[Execution], object]


@pytest.fixture
def probes(servers: None) -> Iterator[None]:
    with registered():
        yield
    models.graphs = GraphCache()  # what knows the probes
    shelf.clear()


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """The file in which the block leaves a trace of each time that it runs."""
    return tmp_path / "world"


def acting(world: Path, *, failures: int = 0) -> GraphBuilder:
    """Return an agent whose one node leaves a trace."""
    graph = GraphBuilder("Acts")
    graph.node("Troubled", log=str(world), failures=failures, transient=False)
    return graph


def above(graph: GraphBuilder) -> GraphBuilder:
    """Return an agent that runs the other one."""
    parent = GraphBuilder("Above")
    parent.agent(graph)
    return parent


@contextmanager
def without(name: str) -> Iterator[None]:
    """Let this be an instance that has no such block, for the length of a ``with`` block."""
    [spec] = [one for one in PROBES if one.name == name]
    registry._blocks.pop(str(spec.id))
    models.graphs = GraphCache()
    shelf.clear()
    try:
        yield
    finally:
        registry.add(spec)


def block_of(graph: GraphBuilder) -> str:
    return str(graph.nodes[0]["block_id"])


def post(client: APIClient, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/{path}", body, format="json")


STARTS: dict[str, Ask] = {
    "its agent": lambda client, graph, _: post(client, f"graphs/{graph.id}/execute/", {}),
    "its version": lambda client, graph, _: post(client, f"graphs/{graph.id}/execute/1/", {}),
    "its draft": lambda client, graph, _: post(client, f"graphs/{graph.id}/draft/execute/", {}),
    "its node alone": lambda client, graph, _: post(
        client, f"graphs/{graph.id}/draft/execute/", {"node": graph.nodes[0]["id"]}
    ),
    "a replay": lambda client, graph, old: post(
        client, f"executions/{old.pk}/replay/", {"from_node": graph.nodes[0]["id"]}
    ),
    "the block itself": lambda client, graph, _: post(
        client, f"blocks/{block_of(graph)}/execute/", {"inputs": graph.nodes[0]["input_default"]}
    ),
}


class TestABlockThatIsGone:
    @pytest.mark.parametrize("way", STARTS)
    def test_no_start_brings_it_back(self, alice: User, api: Api, world: Path, way: str) -> None:
        graph = acting(world)
        version = version_of(alice, graph)
        old = services.start_execution(owner=alice, agent_id=version.agent_id, inputs={})
        assert run_to_end(old).status == "COMPLETED"
        world.unlink()
        runs = Execution.objects.count()

        with without("Troubled"):
            answer = STARTS[way](api(alice), graph, old)
            code = answer.json()["code"]
            assert (answer.status_code, code) in {(400, "graph_not_runnable"), (404, "not_found")}

        assert Execution.objects.count() == runs
        assert not world.exists()

    def test_nor_does_an_agent_that_runs_its_agent(
        self, alice: User, api: Api, world: Path
    ) -> None:
        parent = above(acting(world))
        version_of(alice, parent)

        with without("Troubled"):
            answer = STARTS["its agent"](api(alice), parent, Execution())
            assert (answer.status_code, answer.json()["code"]) == (400, "graph_not_runnable")

        assert not Execution.objects.exists()

    def test_nor_an_import_of_it_by_a_file(self, alice: User, api: Api, world: Path) -> None:
        file = acting(world).file()

        with without("Troubled"):
            made = post(api(alice), "graphs/", {"graph": file})
            assert made.status_code == 201  # it is shown as what it is: a block nobody has
            answer = post(api(alice), f"graphs/{made.json()['id']}/execute/", {})

        assert answer.json()["code"] == "graph_not_runnable"
        assert not world.exists()

    def test_what_was_queued_fails_and_says_why(self, alice: User, world: Path) -> None:
        version = version_of(alice, acting(world))
        run = services.start_execution(owner=alice, agent_id=version.agent_id, inputs={})

        with without("Troubled"):
            found = run_to_end(run)

        [row] = NodeExecution.objects.filter(execution=run)
        assert (found.status, row.error["code"]) == ("FAILED", "unknown_block")
        assert not world.exists()

    def test_nor_in_the_lane(self, alice: User, world: Path, lane: None) -> None:
        version = version_of(alice, acting(world))
        run = services.start_execution(owner=alice, agent_id=version.agent_id, inputs={})

        with without("Troubled"):
            assert run_to_end(run).status == "FAILED"

        assert not world.exists()

    def test_a_retry_meets_the_same(self, alice: User, world: Path) -> None:
        version = version_of(alice, acting(world, failures=1))
        run = services.start_execution(owner=alice, agent_id=version.agent_id, inputs={})
        assert run_to_end(run).status == "FAILED"
        world.unlink()

        with without("Troubled"):
            services.retry_execution(run.pk)
            assert run_to_end(run).status == "FAILED"

        assert not world.exists()


class TestADisabledNode:
    @pytest.mark.parametrize("way", ["its agent", "its version", "its draft"])
    def test_no_start_of_its_agent_runs_it(
        self, alice: User, api: Api, world: Path, way: str
    ) -> None:
        graph = acting(world)
        graph.policy(graph.nodes[0]["id"], disabled=True)
        graph.link(graph.input("in", 1), "result", graph.output("out"), "value")
        version_of(alice, graph)

        answer = STARTS[way](api(alice), graph, Execution())

        assert answer.status_code == 202, answer.content
        assert run_to_end(Execution.objects.get()).status == "COMPLETED"
        assert not world.exists()

    def test_a_replay_does_not_begin_at_it(self, alice: User, api: Api, world: Path) -> None:
        graph = acting(world)
        graph.policy(graph.nodes[0]["id"], disabled=True)
        graph.link(graph.input("in", 1), "result", graph.output("out"), "value")
        version = version_of(alice, graph)
        old = services.start_execution(owner=alice, agent_id=version.agent_id, inputs={})
        run_to_end(old)

        answer = STARTS["a replay"](api(alice), graph, old)

        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_node")
        assert not world.exists()


class TestABlockForAgentsOnly:
    def test_nobody_runs_it_by_itself_however_its_id_is_spelled(
        self, alice: User, api: Api
    ) -> None:
        inside = [
            one
            for one in registry
            if one.queue != "io" or one.kind in (BlockKind.AGENT, BlockKind.NOTE)
        ]
        client = api(alice)

        assert len(inside) > 3
        for spec in inside:
            for spelling in (str(spec.id), str(spec.id).upper(), *spec.legacy_ids):
                answer = post(client, f"blocks/{spelling}/execute/", {"inputs": {}})
                assert (answer.status_code, answer.json()["code"]) == (422, "block_needs_agent")


class TestABlockThatAPersonAllows:
    """Pay is marked as sensitive: with safe mode it emits nothing before somebody said so."""

    @pytest.mark.parametrize("way", ["its agent", "its version", "its draft", "its node alone"])
    def test_no_start_gets_past_the_question(self, alice: User, api: Api, way: str) -> None:
        graph = paying(alice)

        answer = STARTS[way](api(alice), graph, Execution())
        assert answer.status_code == 202, answer.content
        run = run_to_end(Execution.objects.get())

        self.has_asked(run)

    def test_nor_does_an_agent_above(self, alice: User) -> None:
        version = version_of(alice, above(paying(alice)))

        run_to_end(services.start_execution(owner=alice, agent_id=version.agent_id, inputs={}))

        self.has_asked(Execution.objects.get(parent__isnull=False))

    def test_nor_a_second_message_of_the_same_node(self, alice: User) -> None:
        agent = UUID(paying(alice).id)
        run = services.start_execution(owner=alice, agent_id=agent, inputs={})
        run_to_end(run)

        for row in NodeExecution.objects.filter(execution=run):
            runner.run_node(row.pk, run.pk)

        self.has_asked(run)

    def has_asked(self, run: Execution) -> None:
        [row] = NodeExecution.objects.filter(execution=run)
        assert (row.status, row.emitted) == ("WAITING", 0)
        assert Review.objects.get(execution=run).status == Review.Status.WAITING


def paying(owner: User) -> GraphBuilder:
    """Return an agent of the owner whose one node is asked about before it runs."""
    graph = GraphBuilder("Paying")
    graph.node("Pay", values=["paid"])
    agent = version_of(owner, graph).agent
    graphs.change_settings(agent, {"sensitive_action_safe_mode": True})
    return graph
