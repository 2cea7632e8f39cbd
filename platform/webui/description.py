"""An agent's graph in words: its nodes, what they are given and where their values go."""

from dataclasses import dataclass, field

from agents.engine.graph import Graph, Link, Node
from agents.engine.ids import NodeId
from agents.graphs.references import Reference, reference_of
from agents.graphs.stripping import stripped
from blocks.sdk import BlockKind
from webui.values import one_line

MOST_LINKS = 12
MOST_VALUES = 8
DERIVED = frozenset({"graph_id", "graph_version", "input_schema", "output_schema", "user_id"})


@dataclass(frozen=True)
class End:
    """One end of a link, told from the other: this node's pin, the other node and its pin."""

    pin: str
    node_id: str
    node: str
    other_pin: str


@dataclass(frozen=True)
class DescribedNode:
    """A node as a list shows it."""

    id: str
    title: str
    block: str
    is_unknown: bool
    agent: Reference | None
    takes: list[End] = field(default_factory=list)
    gives: list[End] = field(default_factory=list)
    values: list[tuple[str, str]] = field(default_factory=list)
    left_out: int = 0  # links


def describe(graph: Graph, node: Node) -> DescribedNode:
    """Return the node in words, with its links and values as far as they fit a list."""
    into, out_of = graph.into(node.id), graph.out_of(node.id)
    block = node.block.title if node.block else f"Unknown block {node.block_id}"
    return DescribedNode(
        id=node.id,
        title=node.title,
        block="" if block == node.title else block,
        is_unknown=node.block is None,
        agent=reference_of(node.input_default) if node.kind is BlockKind.AGENT else None,
        takes=[_source(graph, link) for link in into[:MOST_LINKS]],
        gives=[_sink(graph, link) for link in out_of[:MOST_LINKS]],
        values=_values(node),
        left_out=max(len(into) - MOST_LINKS, 0) + max(len(out_of) - MOST_LINKS, 0),
    )


def _source(graph: Graph, link: Link) -> End:
    return End(link.sink_name, link.source_id, _title(graph, link.source_id), link.source_name)


def _sink(graph: Graph, link: Link) -> End:
    return End(link.source_name, link.sink_id, _title(graph, link.sink_id), link.sink_name)


def _title(graph: Graph, node: NodeId) -> str:
    found = graph.nodes.get(node)
    return found.title if found else "a node that is not there"


def _values(node: Node) -> list[tuple[str, str]]:
    """Return the node's own values without secrets, each in one line."""
    [bare] = stripped(
        {
            "nodes": [
                {"block_id": node.block_id, "input_default": node.input_default, "metadata": {}}
            ]
        }
    )["nodes"]
    given = {
        pin: value
        for pin, value in bare["input_default"].items()
        if pin not in DERIVED and value not in (None, "", {}, [])
    }
    return [(pin, one_line(value, 80)) for pin, value in list(given.items())[:MOST_VALUES]]
