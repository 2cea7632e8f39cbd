"""Which credentials an agent needs, in its own graph and in the agents that it runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agents.engine import credentials
from agents.engine.credentials import JSONSchema, Need
from agents.engine.graph import Graph, Node
from agents.engine.validation import quoted_title
from agents.graphs.reaching import reached
from credentials.models import Credential
from kernel.errors import Detail


@dataclass(frozen=True)
class Place:
    """A credentials pin, and the node of the graph itself that leads to it."""

    need: Need
    node: Node
    inside: str = ""
    """The name of the agent that has the pin, where it is another one."""

    @property
    def is_own(self) -> bool:
        return not self.inside

    def problem(self, code: str, sentence: str) -> Detail:
        """Return what is wrong with the pin."""
        where = f"In the agent {self.inside!r} that {quoted_title(self.node)} runs: "
        return Detail(
            code,
            f"{'' if self.is_own else where}`{self.need.pin}` of {quoted_title(self.need.node)} "
            f"{sentence}",
            node_id=self.node.id,
            pin=self.need.pin if self.is_own else None,
        )


def needs(graph: Graph, owner_id: Any) -> Iterator[Place]:
    """Yield the credentials pins of the graph and of the agents that it runs, at all depths."""
    for need in credentials.needs(graph):
        yield Place(need, need.node)
    for node, _, version in reached(graph, owner_id):
        if version is not None:  # what is missing is told elsewhere
            for need in credentials.needs(version.graph):
                yield Place(need, node, version.name)


def input_schema(graph: Graph, owner_id: Any) -> JSONSchema:
    """Return the JSON Schema of the credentials that a run of the graph is given.

    What an author chose is a default where its owner still has it, and asked for otherwise.
    """
    found = [place.need for place in needs(graph, owner_id)]
    chosen = {str(need.chosen["id"]) for need in found if need.chosen}
    known = () if not chosen else _known(owner_id, chosen)
    return credentials.input_schema(found, known)


def _known(owner_id: Any, ids: set[str]) -> frozenset[str]:
    mine = Credential.objects.of(owner_id).values_list("pk", flat=True)
    return frozenset(ids & {str(pk) for pk in mine})
