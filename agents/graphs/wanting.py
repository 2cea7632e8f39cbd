"""Which credentials an agent needs, in its own graph and in the agents that it runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agents.engine import credentials
from agents.engine.credentials import JSONSchema, Need, Reference
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
    is_lent: bool = False
    """Whether the agent is another person's: what its author chose counts for nothing then."""

    @property
    def is_own(self) -> bool:
        return not self.inside

    @property
    def chosen(self) -> Reference | None:
        """Return what the author chose for the runs of this person."""
        return None if self.is_lent else self.need.chosen

    def problem(self, code: str, sentence: str) -> Detail:
        """Return what is wrong with the pin; of a lent agent, without saying which it is."""
        if self.is_lent:
            key = self.need.key
            return Detail(code, f"The agent {sentence}", f"credentials_inputs.{key}")
        where = f"In the agent {self.inside!r} that {quoted_title(self.node)} runs: "
        return Detail(
            code,
            f"{'' if self.is_own else where}`{self.need.pin}` of {quoted_title(self.need.node)} "
            f"{sentence}",
            node_id=self.node.id,
            pin=self.need.pin if self.is_own else None,
        )


def needs(graph: Graph, owner_id: Any, person: Any = None) -> Iterator[Place]:
    """Yield the credentials pins of the owner's graph and of the agents that it runs, at all depths.

    ``person`` is who runs it, where that may be somebody else.
    """
    person = owner_id if person is None else person
    for need in credentials.needs(graph):
        yield Place(need, need.node, is_lent=owner_id != person)
    for node, _, version in reached(graph, owner_id):
        if version is not None:  # what is missing is told elsewhere
            for need in credentials.needs(version.graph):
                yield Place(need, node, version.name, is_lent=version.owner_id != person)


def input_schema(graph: Graph, owner_id: Any, person: Any = None) -> JSONSchema:
    """Return the JSON Schema of the credentials that a run of the graph is given.

    What an author chose is a default where its owner still has it, and asked for otherwise; so it is
    for a ``person`` who is not the owner, to whom it does not say which nodes use them.
    """
    found = list(needs(graph, owner_id, person))
    chosen = {str(place.need.chosen["id"]) for place in found if place.chosen and place.need.chosen}
    known = () if not chosen else _known(owner_id, chosen)
    schema = credentials.input_schema([place.need for place in found], known)
    if any(place.is_lent for place in found):
        schema["properties"] = {
            key: {**part, "nodes": []} for key, part in schema["properties"].items()
        }
    return schema


def _known(owner_id: Any, ids: set[str]) -> frozenset[str]:
    mine = Credential.objects.of(owner_id).values_list("pk", flat=True)
    return frozenset(ids & {str(pk) for pk in mine})
