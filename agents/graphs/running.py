"""Can an agent run? Everything that forbids it, in its own graph and in the agents it runs."""

from collections.abc import Container
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.models import User
from agents.engine import validation
from agents.engine.errors import GraphNotRunnable
from agents.engine.graph import Graph, Node
from agents.engine.ids import NodeId
from agents.engine.validation import Masks, quoted_title
from agents.graphs.models import GraphVersion, GraphVersionQuerySet
from agents.graphs.references import Reference, references
from kernel.errors import Detail, NotFound


def find(user: User, agent_id: UUID, version: int | None = None) -> GraphVersion:
    """Return the version, or the active one, of the user's agent, without its document.

    Raises NotFound, for a stranger too.
    """
    return _found(GraphVersion.objects.visible_to(user), agent_id, version)


def runnable(user: User, agent_id: UUID, version: int | None = None) -> GraphVersion:
    """Return the version that a run is to use. Raises NotFound or GraphNotRunnable."""
    found = _found(GraphVersion.objects.startable_by(user), agent_id, version)
    problems = run_problems(found)
    if problems:
        raise GraphNotRunnable(errors=problems)
    return found


def _found(rows: GraphVersionQuerySet, agent_id: UUID, version: int | None) -> GraphVersion:
    versions = rows.filter(agent_id=agent_id)
    chosen = versions.active() if version is None else versions.filter(version=version)
    found = chosen.select_related("agent__owner").defer("document").first()
    if found is None:
        which = "agent" if version is None else f"version {version} of an agent"
        raise NotFound(f"There is no {which} `{agent_id}`, or it is not yours.")
    return found


def run_problems(version: GraphVersion) -> list[Detail]:
    """Return everything that forbids running the version, at all depths.

    What is wrong in a sub-agent is told at the node of this graph that leads to it.
    """
    return graph_problems(version.graph, version.agent.owner_id, itself=version.reference)


def graph_problems(
    graph: Graph,
    owner_id: Any,
    *,
    itself: Reference | None = None,
    masks: Masks | None = None,
    stood_in: Container[NodeId] = (),
) -> list[Detail]:
    """Return everything that forbids an owner to run the graph, at all depths.

    ``itself`` is how nodes name the version that the graph is, where it is one; ``masks`` are
    values that the run puts on pins, by node id; ``stood_in`` are nodes that it will not run.
    """
    mine = GraphVersion.objects.owned_by(owner_id).defer("document")
    found = _own_problems(graph, masks, stood_in)
    seen = {itself}
    level = _named_by(graph, stood_in)
    for _ in range(settings.EXECUTIONS["max_depth"]):  # deeper agents never run
        level = {name: node for name, node in level.items() if name not in seen}
        seen |= level.keys()
        known = mine.by_reference(level)
        below: dict[Reference, Node] = {}
        for name, node in level.items():
            if name not in known:
                found.append(_missing(node, name))
                continue
            inner = known[name].graph
            found += [_inside(node, known[name], problem) for problem in _own_problems(inner)]
            below |= dict.fromkeys(_named_by(inner), node)
        level = below
    return found


def _own_problems(
    graph: Graph, masks: Masks | None = None, stood_in: Container[NodeId] = ()
) -> list[Detail]:
    found = validation.problems(graph, for_run=True, masks=masks, stood_in=stood_in)
    return found + [
        _missing(node, None)
        for node, reference in references(graph)
        if reference is None and _names_something(node) and node.id not in stood_in
    ]


def _names_something(node: Node) -> bool:
    """Return whether the node says which agent it runs; if not, validation has said so."""
    return all(node.input_default.get(pin) is not None for pin in ("graph_id", "graph_version"))


def _named_by(graph: Graph, stood_in: Container[NodeId] = ()) -> dict[Reference, Node]:
    """Return the agents that the graph runs, each with its first node."""
    named: dict[Reference, Node] = {}
    for node, reference in references(graph):
        if reference is not None and node.id not in stood_in:
            named.setdefault(reference, node)
    return named


def _missing(node: Node, reference: Reference | None) -> Detail:
    which = (
        f"version {reference.version} of the agent `{reference.agent_id}`, "
        "which does not exist or is not yours"
        if reference
        else "something whose id or version cannot be read"
    )
    return Detail(
        "sub_agent_missing",
        f"{quoted_title(node)} runs {which}. Import that agent, or choose another one.",
        node_id=node.id,
    )


def _inside(node: Node, sub_agent: GraphVersion, problem: Detail) -> Detail:
    where = f"In the agent {sub_agent.name!r} that {quoted_title(node)} runs"
    return replace(problem, detail=f"{where}: {problem.detail}", node_id=node.id, pin=None)
