"""All problems of a graph at once, by node and pin, each with a stable code and the remedy.

Always: links must join pins that exist, an input may not have a reserved name, a node's policy must
be one, and the blocks that make up an agent's surface (inputs, outputs, sub-agents) must have their
required values.
Before a run also: every block must be there, every required value of every node, and something
to start with. Types of linked pins are not compared, because values are converted on the way;
cycles are how agents loop.
"""

from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic.fields import FieldInfo

from agents.engine import pins, policy
from agents.engine.graph import ERROR_PIN, Graph, Link, Node
from agents.engine.ids import NodeId, PinName
from blocks.sdk import BlockKind
from kernel.errors import Detail

CHECKED_WHEN_SAVED = frozenset({BlockKind.INPUT, BlockKind.OUTPUT, BlockKind.AGENT})
NEVER_RUN = frozenset({BlockKind.NOTE, BlockKind.UNKNOWN})
RESERVED_INPUT = "credentials"
LONGEST_TITLE, LONGEST_LIST = 80, 400  # characters in a sentence

Masks = Mapping[str, Mapping[str, Any]]


def problems(
    graph: Graph,
    *,
    for_run: bool,
    masks: Masks | None = None,
    stood_in: Container[NodeId] = (),
) -> list[Detail]:
    """Return everything that forbids saving the graph or, with ``for_run``, running it.

    Disabled nodes are not looked at: a graph does not have them, nor their links.

    ``masks`` are values that a run puts on pins, by node id: what they fill is not missing.
    ``stood_in`` are nodes that will not run, because values were pinned in their place: they need
    neither inputs nor a block.
    """
    found = list(_link_problems(graph))
    for node in graph.nodes.values():
        if node.id in stood_in:
            continue
        found += _reserved_name(node)
        found += policy.problems(node)
        if node.kind in CHECKED_WHEN_SAVED or (for_run and node.kind not in NEVER_RUN):
            found += _missing_values(graph, node, (masks or {}).get(node.id, {}), for_run=for_run)
        if for_run:
            found += _unknown_block(node)
            found += _bad_paths(graph, node)
    if for_run and not graph.starting_nodes:
        found.append(_nothing_to_start())
    return found


def _link_problems(graph: Graph) -> Iterator[Detail]:
    inputs = {id: input_pins(node) for id, node in graph.nodes.items()}
    outputs = {id: output_pins(node) for id, node in graph.nodes.items()}
    for link in graph.links:
        source, sink = graph.nodes.get(link.source_id), graph.nodes.get(link.sink_id)
        if source is None:
            yield _dangling(link, link.source_id, sink, link.sink_name)
        elif _lacks(outputs[source.id], link.source_name):
            yield _unknown_pin(link, "output", source, link.source_name, outputs[source.id])
        if sink is None:
            yield _dangling(link, link.sink_id, source, link.source_name)
        elif _lacks(inputs[sink.id], link.sink_name):
            yield _unknown_pin(link, "input", sink, link.sink_name, inputs[sink.id])


def input_pins(node: Node) -> frozenset[PinName] | None:
    """Return the pins that links may end at, or None where nobody can know them."""
    if node.block is None:
        return None
    if node.kind is BlockKind.AGENT:
        return _schema_pins(node, "input_schema")
    return frozenset(node.block.inputs.pins())


def output_pins(node: Node) -> frozenset[PinName] | None:
    """Return the pins that links may begin at, or None where nobody can know them."""
    if node.block is None:
        return None
    known = (
        _schema_pins(node, "output_schema")
        if node.kind is BlockKind.AGENT
        else frozenset(node.block.outputs.pins())
    )
    return None if known is None else known | {ERROR_PIN}


def _schema_pins(node: Node, key: str) -> frozenset[PinName] | None:
    """Return the pins of a sub-agent, which its node remembers as a JSON Schema."""
    schema = node.input_default.get(key)
    if not isinstance(schema, Mapping):
        return None
    properties = schema.get("properties", {})
    return frozenset(map(PinName, properties)) if isinstance(properties, Mapping) else frozenset()


def _lacks(known: frozenset[PinName] | None, pin: str) -> bool:
    return known is not None and pin not in known and pins.base(pin) not in known


def quoted_title(node: Node) -> str:
    """Return the node's title as sentences quote it, cut where an author wrote a novel."""
    return repr(_cut(node.title, LONGEST_TITLE))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _dangling(link: Link, missing: NodeId, end: Node | None, pin: PinName) -> Detail:
    where = f"`{pin}` of {quoted_title(end)}" if end else "another unknown node"
    return Detail(
        "link_to_unknown_node",
        f"A link joins {where} with the node {missing!r}, which is not in the graph. "
        "Remove the link or add the node.",
        node_id=end.id if end else None,
        pin=pin if end else None,
        link_id=link.id or None,
    )


@lru_cache(maxsize=16)  # a node with many pins may have as many bad links
def _listed(pins: frozenset[PinName]) -> str:
    names = ", ".join(f"`{name}`" for name in sorted(pins)) or "none"
    return _cut(names, LONGEST_LIST)


def _unknown_pin(
    link: Link, side: str, node: Node, pin: PinName, known: frozenset[PinName] | None
) -> Detail:
    names = _listed(known or frozenset())
    return Detail(
        f"unknown_{side}_pin",
        f"{quoted_title(node)} has no {side} pin `{pin}`. Link one of its {side} pins: {names}.",
        node_id=node.id,
        pin=pin,
        link_id=link.id or None,
    )


def _reserved_name(node: Node) -> Iterator[Detail]:
    name = node.input_default.get("name")
    if node.kind is not BlockKind.INPUT or not isinstance(name, str):
        return
    if name == RESERVED_INPUT or name.endswith(f"_{RESERVED_INPUT}"):
        yield Detail(
            "reserved_input_name",
            f"An input may not be named {name!r}: names that end in `credentials` are for "
            "secrets of other services. Rename the input.",
            node_id=node.id,
            pin="name",
        )


def _missing_values(
    graph: Graph, node: Node, mask: Mapping[str, Any], *, for_run: bool
) -> Iterator[Detail]:
    linked = {pins.base(link.sink_name) for link in graph.into(node.id)}
    is_agent = node.kind is BlockKind.AGENT  # its links end at the sub-agent's inputs
    given = _given({**node.input_default, **mask})
    missing = [pin for pin in required_pins(node) if pin not in given]
    if is_agent and for_run:
        inputs = _given({**node.defaults, **mask}) | linked
        missing += [pin for pin in _required_inputs(node) if pin not in inputs]
    for pin in missing:
        if is_agent or pin not in linked:
            yield _missing(node, pin)


def required_pins(node: Node) -> tuple[PinName, ...]:
    """Return the node's pins that someone must fill, in the order of declaration.

    These have no default, and the platform does not fill them itself.
    """
    if node.block is None:
        return ()
    fields = node.block.inputs.pins().items()
    return tuple(pin for pin, field in fields if field.is_required() and not _is_hidden(field))


def _is_hidden(field: FieldInfo) -> bool:
    extra = field.json_schema_extra
    return isinstance(extra, dict) and extra.get("hidden") is True


def _required_inputs(node: Node) -> tuple[PinName, ...]:
    """Return the inputs that a sub-agent must be given, by the schema its node remembers."""
    schema = node.input_default.get("input_schema")
    names = schema.get("required") if isinstance(schema, Mapping) else None
    return tuple(PinName(name) for name in _list(names) if isinstance(name, str))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _given(values: Mapping[str, Any]) -> set[PinName]:
    """Return the pins that have a value, or a part of one. Null is none."""
    whole = {PinName(name) for name, value in values.items() if value is not None}
    return whole | {pins.base(name) for name in values if pins.is_dynamic(name)}


def _missing(node: Node, pin: PinName) -> Detail:
    return Detail(
        "missing_value",
        f"`{pin}` of {quoted_title(node)} is required. Give it a value or link something to it.",
        node_id=node.id,
        pin=pin,
    )


def _unknown_block(node: Node) -> Iterator[Detail]:
    if node.kind is BlockKind.UNKNOWN:
        yield Detail(
            "unknown_block",
            f"This instance has no block {node.block_id!r}. Replace the node {quoted_title(node)}, "
            "or run the agent where the block exists.",
            node_id=node.id,
        )


def _bad_paths(graph: Graph, node: Node) -> Iterator[Detail]:
    """Yield the dynamic pins that cannot be followed, such as a list index that is no number."""
    names = dict.fromkeys([*node.defaults, *(link.sink_name for link in graph.into(node.id))])
    for name in filter(pins.is_dynamic, names):
        try:
            pins.merge({name: None})
        except pins.BadPin as error:
            yield Detail("malformed_pin", f"{error} Rename it.", node_id=node.id, pin=name)


def _nothing_to_start() -> Detail:
    return Detail(
        "nothing_to_start",
        "The agent has no node to start with. Add an input, or a block that no link leads to.",
    )
