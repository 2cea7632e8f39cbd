"""Can an agent run? Everything that forbids it, in its own graph and in the agents it runs."""

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from accounts.models import User
from agents.engine import validation
from agents.engine.errors import GraphNotRunnable
from agents.engine.graph import Graph, Node
from agents.engine.ids import NodeId
from agents.engine.validation import Masks, quoted_title
from agents.graphs import sight, startable
from agents.graphs.models import GraphVersion, GraphVersionQuerySet
from agents.graphs.reaching import reached
from agents.graphs.references import Reference, references
from kernel.access import Scope, may
from kernel.errors import Detail, NotFound


def find(user: User, agent_id: UUID, version: int | None = None) -> GraphVersion:
    """Return the version, or the active one, of the user's agent, without its document.

    Raises NotFound, for a stranger too.
    """
    versions = GraphVersion.objects.visible_to(user).of(agent_id, version)
    found = versions.select_related("agent__owner").defer("document").first()
    if found is None:
        raise _not_found(agent_id, version)
    return found


def startable_versions(user: User, agent_id: UUID) -> GraphVersionQuerySet:
    """Return the versions of the agent that the user may start; none for a key without READ_GRAPH."""
    rows = GraphVersion.objects.all_startable_by(user.pk, agent_id)
    return rows if may(user, Scope.READ_GRAPH) else rows.none()


def runnable(
    user: User, agent_id: UUID, version: int | None = None, masks: Masks | None = None
) -> GraphVersion:
    """Return the version that a run is to use, without its document and its agent.

    It is one of the user's own or one that is lent to them. ``masks`` are values that the run puts on
    pins: what they fill is not missing. Raises NotFound or GraphNotRunnable.
    """
    [found] = all_runnable([startable.Wish(user, agent_id, version)], [masks])
    return found


def all_runnable(
    wishes: Sequence[startable.Wish], masks: Sequence[Masks | None] = ()
) -> list[GraphVersion]:
    """Return the versions that runs are to use, as `runnable` does, in the order of the wishes."""
    found = startable.find_all(wishes)
    lacking = set()
    for wish, one in found.items():
        if one is None:
            raise _not_found(wish.agent_id, wish.version)
        if problems := graph_problems(one.graph, one.owner_id, itself=one.reference):
            if not masks:
                _refuse(wish.user, one, problems)
            lacking.add(wish)
    if lacking:
        for wish, filled in zip(wishes, masks, strict=True):
            _check_filled(wish, found[wish], filled)
    return [one for wish in wishes if (one := found[wish]) is not None]


def _check_filled(wish: startable.Wish, version: GraphVersion | None, masks: Masks | None) -> None:
    """Raise GraphNotRunnable unless the masks fill all that the version lacks."""
    assert version is not None
    problems = graph_problems(
        version.graph, version.owner_id, itself=version.reference, masks=masks
    )
    _refuse(wish.user, version, problems)


def _refuse(user: User, version: GraphVersion, problems: Sequence[Detail]) -> None:
    """Raise GraphNotRunnable where there are problems; without nodes, where these are hidden."""
    if problems:
        if not sight.may_see(user.pk, version):
            problems = sight.veiled(version.graph, problems)
        raise GraphNotRunnable(errors=problems)


def find_startable(user: User, agent_id: UUID, version: int | None = None) -> GraphVersion:
    """Return the version that the user would start, without its document; not to show its graph.

    It is one of their own or one that is lent to them. Raises NotFound, for a stranger too.
    """
    rows = GraphVersion.objects.startable_by(user.pk, agent_id, version)
    rows = rows if may(user, Scope.READ_GRAPH) else rows.none()
    found = rows.select_related("agent__owner").defer("document").first()
    if found is None:
        raise _not_found(agent_id, version)
    return found


def _not_found(agent_id: UUID, version: int | None) -> NotFound:
    which = "agent" if version is None else f"version {version} of an agent"
    return NotFound(f"There is no {which} `{agent_id}`, or it is not yours.")


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
    if masks or stood_in:
        found = _own_problems(graph, masks, stood_in)
    else:
        found = [*_problems_alone(graph)]
    for node, reference, version in reached(graph, owner_id, itself=itself, without=stood_in):
        if version is None:
            found.append(_missing(node, reference))
        else:
            found += [_inside(node, version, one) for one in _problems_alone(version.graph)]
    return found


# Graphs never change: each is looked at once for all its starts.
_seen: WeakKeyDictionary[Graph, Sequence[Detail]] = WeakKeyDictionary()


def _problems_alone(graph: Graph) -> Sequence[Detail]:
    """Return what can be said of a graph without its owner."""
    known = _seen.get(graph)
    if known is None:
        known = _seen[graph] = _own_problems(graph)
    return known


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
