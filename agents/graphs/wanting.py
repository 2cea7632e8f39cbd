"""Which credentials an agent needs, in its own graph and in the agents that it runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agents.engine import credentials
from agents.engine.credentials import JSONSchema, Need
from agents.engine.graph import Graph, Node
from agents.engine.validation import quoted_title
from agents.graphs.models import GraphVersion
from agents.graphs.references import Reference, references
from credentials.models import Credential
from kernel.errors import Detail

DEEPEST = 100  # levels; deeper agents never run


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
    level = {one: node for node, one in references(graph) if one is not None}
    seen: set[Reference] = set()
    for _ in range(DEEPEST):
        level = {one: node for one, node in level.items() if one not in seen}
        if not level:
            return
        seen |= level.keys()
        mine = GraphVersion.objects.owned_by(owner_id).defer("document")
        known = mine.by_reference(level)
        below: dict[Reference, Node] = {}
        for one, node in level.items():
            if one not in known:
                continue  # that is told elsewhere
            inner = known[one].graph
            for need in credentials.needs(inner):
                yield Place(need, node, known[one].name)
            for _, further in references(inner):
                if further is not None:
                    below.setdefault(further, node)
        level = below


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
