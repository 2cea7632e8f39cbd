"""Graph, Node and Link: frozen values with lookups."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from agents.engine import pinning, pins
from agents.engine.ids import NodeId, PinName
from blocks.sdk import BlockKind, BlockSpec

ERROR_PIN = PinName("error")


@dataclass(frozen=True)
class Link:
    """From an output pin to an input pin. Links with the same four ends are the same link."""

    source_id: NodeId
    sink_id: NodeId
    source_name: PinName
    sink_name: PinName
    is_static: bool = field(default=False, compare=False)
    id: str = field(default="", compare=False)


@dataclass(frozen=True, eq=False)
class Node:
    """A block at work in a graph. ``block`` is None where this instance has no such block."""

    id: NodeId
    block_id: str
    block: BlockSpec | None
    input_default: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    pinned: Mapping[str, list[Any]] | None = None
    """What it gives instead of running its block, in a graph that is built with its pins."""

    @property
    def kind(self) -> BlockKind:
        return self.block.kind if self.block else BlockKind.UNKNOWN

    @property
    def is_disabled(self) -> bool:
        """Return whether its author switched it off: then it does not exist for runs."""
        return self.metadata.get("disabled") is True

    @property
    def title(self) -> str:
        """Return the name its author gave it, else the block's."""
        name = self.metadata.get("customized_name")
        if isinstance(name, str) and name.strip():
            return name
        return self.block.title if self.block else "Unknown block"

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Return the values that stand in for what no link brings."""
        if self.kind is not BlockKind.AGENT:
            return self.input_default
        inputs = self.input_default.get("inputs", self.input_default.get("data"))
        return inputs if isinstance(inputs, Mapping) else {}


@dataclass(frozen=True, eq=False)
class Graph:
    """One version of an agent. Build with `Graph.build`, which sets what links derive."""

    nodes: Mapping[NodeId, Node]
    links: tuple[Link, ...]
    disabled: tuple[Node, ...] = ()
    """Nodes that were left out, and their links with them."""

    @classmethod
    def build(
        cls, nodes: Iterable[Node], links: Iterable[Link], *, with_pins: bool = False
    ) -> "Graph":
        """Return the graph without its disabled nodes; its links are those of `derive_links`.

        ``with_pins``: nodes with pinned outputs give these instead of running their blocks.
        """
        by_id = {node.id: pinning.with_pinned(node) if with_pins else node for node in nodes}
        derived = derive_links(by_id, links)
        disabled = {id: node for id, node in by_id.items() if node.is_disabled}
        if disabled:
            by_id = {id: node for id, node in by_id.items() if id not in disabled}
            derived = [
                link
                for link in derived
                if link.source_id not in disabled and link.sink_id not in disabled
            ]
        return cls(MappingProxyType(by_id), tuple(derived), tuple(disabled.values()))

    @cached_property
    def _into(self) -> Mapping[NodeId, tuple[Link, ...]]:
        return _grouped(self.links, lambda link: link.sink_id)

    @cached_property
    def _out_of(self) -> Mapping[NodeId, tuple[Link, ...]]:
        return _grouped(self.links, lambda link: link.source_id)

    def into(self, node: NodeId) -> tuple[Link, ...]:
        """Return the links that end at the node."""
        return self._into.get(node, ())

    def out_of(self, node: NodeId) -> tuple[Link, ...]:
        """Return the links that begin at the node."""
        return self._out_of.get(node, ())

    def downstream_of(self, node: NodeId) -> frozenset[NodeId]:
        """Return the node and every node that a value of it can reach, directly or not."""
        reached = {node}
        edge = [node]
        while edge:
            edge = list({link.sink_id for one in edge for link in self.out_of(one)} - reached)
            reached.update(edge)
        return frozenset(reached)

    @cached_property
    def _linked_pins(self) -> Mapping[NodeId, Mapping[PinName, bool]]:
        pins: dict[NodeId, dict[PinName, bool]] = {}
        for link in self.links:
            of_node = pins.setdefault(link.sink_id, {})
            of_node[link.sink_name] = of_node.get(link.sink_name, False) or link.is_static
        return pins

    def linked_pins(self, node: NodeId) -> Collection[PinName]:
        """Return the input pins that links end at, each once, in the links' order."""
        return self._linked_pins.get(node, {}).keys()

    @cached_property
    def _static_pins(self) -> Mapping[NodeId, tuple[PinName, ...]]:
        return {
            node: tuple(pin for pin, is_static in pins.items() if is_static)
            for node, pins in self._linked_pins.items()
        }

    def static_pins(self, node: NodeId) -> tuple[PinName, ...]:
        """Return the input pins that static links end at."""
        return self._static_pins.get(node, ())

    def handles_error(self, node: NodeId) -> bool:
        """Return whether a link leaves the node's ``error`` pin."""
        return any(pins.base(link.source_name) == ERROR_PIN for link in self.out_of(node))

    @cached_property
    def starting_nodes(self) -> tuple[Node, ...]:
        """Return the nodes that a run begins with: no link ends there, or they are inputs."""
        return tuple(
            node
            for node in self.nodes.values()
            if node.kind is not BlockKind.NOTE
            and (node.kind is BlockKind.INPUT or not self.into(node.id))
        )

    def of_kind(self, kind: BlockKind) -> tuple[Node, ...]:
        """Return the nodes whose block plays this role."""
        return tuple(node for node in self.nodes.values() if node.kind is kind)


def derive_links(nodes: Mapping[NodeId, Node], links: Iterable[Link]) -> list[Link]:
    """Return each link once, with ``is_static`` as the source block says.

    A link may be static though its block is not (its file says so); never the reverse.
    """
    return list(dict.fromkeys(_with_static(link, nodes) for link in links))


def _with_static(link: Link, nodes: Mapping[NodeId, Node]) -> Link:
    source = nodes.get(link.source_id)
    if link.is_static or not (source and source.block and source.block.static_output):
        return link
    return replace(link, is_static=True)


def _grouped(links: Iterable[Link], key: Any) -> Mapping[NodeId, tuple[Link, ...]]:
    groups: dict[NodeId, list[Link]] = {}
    for link in links:
        groups.setdefault(key(link), []).append(link)
    return {node: tuple(group) for node, group in groups.items()}
