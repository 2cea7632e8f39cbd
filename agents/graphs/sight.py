"""Who starts another's agent need not see what it consists of: what refusals may say then."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from agents.engine.graph import Graph
from agents.engine.ids import NodeId
from agents.graphs import lending
from agents.graphs.models import GraphVersion
from blocks.sdk import BlockKind
from kernel.errors import Detail, TrellisError


class GraphHidden(TrellisError):
    """The creator of this agent does not show what it consists of."""

    code = "graph_hidden"
    status = 403


def may_see(person: Any, version: GraphVersion) -> bool:
    """Return whether the person may look at the graph. Of one's own agent this asks nothing."""
    if version.owner_id == person:
        return True
    return GraphVersion.objects.filter(lending.shown(person), pk=version.pk).exists()


@contextmanager
def veil(graph: Graph, *, is_hidden: bool) -> Iterator[None]:
    """Let errors that are raised within tell nothing of the graph, where it is hidden."""
    try:
        yield
    except TrellisError as error:
        if not is_hidden or not error.errors:
            raise
        raise type(error)(errors=veiled(graph, error.errors)) from None


def veiled(graph: Graph, problems: Iterable[Detail]) -> Sequence[Detail]:
    """Return the problems without nodes, pins and titles; each is told once.

    What is wrong with an input or a credential of the run itself is said as before.
    """
    return tuple(dict.fromkeys(_veiled(graph, one) for one in problems))


def _veiled(graph: Graph, problem: Detail) -> Detail:
    node = graph.nodes.get(NodeId(problem.node_id or ""))
    is_input = node is not None and node.kind is BlockKind.INPUT
    if node is not None and is_input and (problem.attr or "").startswith("inputs."):
        name = str(problem.attr).removeprefix("inputs.")
        text = problem.detail.removeprefix(f"`{problem.pin}` of {node.title}: ")
        return Detail(problem.code, f"`{name}`: {text}", problem.attr)
    if node is None and problem.node_id is None:
        return Detail(problem.code, problem.detail, problem.attr)
    return Detail(
        problem.code,
        f"A step of the agent forbids it ({problem.code}). Only its creator can mend that.",
    )
