"""What a file brings in: its graph and sub-agents, checked, renamed and ready to be stored."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from agents.engine import validation
from agents.engine.errors import InvalidGraph
from agents.graphs.codec import document_of, engine_graph, with_new_ids
from agents.graphs.exchange import GraphFile
from agents.graphs.operations import carrying
from agents.graphs.references import Reference, reference_of, runs_an_agent, version_number
from kernel.errors import Detail
from kernel.jsontypes import JSONObject

MOST_SUB_AGENTS = 1_000
NO_NAMES: Mapping[tuple[str, int], UUID] = MappingProxyType({})


@dataclass(frozen=True)
class Arrival:
    """A graph to be stored: under which agent, and its document with new ids."""

    agent_id: UUID
    file: GraphFile
    document: JSONObject


def arrivals(
    file: GraphFile,
    *,
    owner_id: Any,
    agent_id: UUID | None = None,
    present: Collection[Reference] = (),
) -> list[Arrival]:
    """Return the file's graph, then its sub-agents, each once, with references renamed.

    Every agent gets a new id, but the graph's own is ``agent_id`` where one is given; sub-agents
    that are ``present`` stay as they are and do not arrive. Raises InvalidGraph with all problems
    of all graphs.
    """
    _check_size(file)
    family = {
        key: graph
        for key, graph in file.family().items()
        if graph is file
        or reference_of({"graph_id": key[0], "graph_version": key[1]}) not in present
    }
    ids = {id: uuid4() for id, _ in family} | ({file.id: agent_id} if agent_id else {})
    names = {(id, version): ids[id] for id, version in family}
    documents = [owned(document_of(graph), owner_id, names) for graph in family.values()]
    problems = [
        problem if graph is file else replace(problem, attr=f"sub_graphs.{graph.id}")
        for graph, document in zip(family.values(), documents, strict=True)
        for problem in save_problems(document)
    ]
    if problems:
        raise InvalidGraph(errors=problems)
    return [
        Arrival(ids[graph.id], graph, with_new_ids(document))
        for graph, document in zip(family.values(), documents, strict=True)
    ]


def _check_size(file: GraphFile) -> None:
    number = len(file.family()) - 1
    if number > MOST_SUB_AGENTS:
        sentence = f"The file has {number:,} sub-agents; {MOST_SUB_AGENTS:,} are allowed."
        raise InvalidGraph(
            sentence, errors=[Detail("too_many_sub_agents", sentence, attr="sub_graphs")]
        )


def owned(
    document: JSONObject, owner_id: Any, names: Mapping[tuple[str, int], UUID] = NO_NAMES
) -> JSONObject:
    """Return the document as its owner's, with references to agents of a file under new ids."""
    document = carrying(document, owner_id)
    return {
        **document,
        "nodes": [
            {**node, "input_default": _renamed(node["input_default"], names, owner_id)}
            if runs_an_agent(node["block_id"])
            else node
            for node in document["nodes"]
        ],
    }


def _renamed(
    values: Mapping[str, Any], names: Mapping[tuple[str, int], UUID], owner_id: Any
) -> JSONObject:
    """A reference to what the file does not carry stays: it may be the owner's."""
    graph_id, version = values.get("graph_id"), version_number(values.get("graph_version"))
    new_id = names.get((graph_id, version)) if isinstance(graph_id, str) and version else None
    renamed = {**values, "graph_id": str(new_id)} if new_id else dict(values)
    return {**renamed, "user_id": str(owner_id)}


def save_problems(document: JSONObject) -> list[Detail]:
    """Return everything that forbids storing the document, under the file's own node ids."""
    shape = [*too_many(document), *duplicates(document)]
    return shape or validation.problems(engine_graph(document), for_run=False)


def too_many(document: JSONObject) -> Iterator[Detail]:
    """Yield what the graph has more of than is allowed."""
    for kind in ("nodes", "links"):
        number, limit = len(document[kind]), settings.GRAPHS[f"max_{kind}"]
        if number > limit:
            yield Detail(
                f"too_many_{kind}",
                f"The graph has {number:,} {kind}; {limit:,} are allowed. "
                "Move a part of it into an agent of its own.",
                attr=kind,
            )


def duplicates(document: JSONObject) -> Iterator[Detail]:
    """Yield the ids that more than one node has."""
    counts = Counter(node["id"] for node in document["nodes"])
    for id, number in counts.items():
        if number > 1:
            yield Detail(
                "duplicate_node_id",
                f"{number} nodes have the id {id!r}. Give each node an id of its own.",
                node_id=id,
            )
