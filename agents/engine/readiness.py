"""Has a node what it needs to run?

A node is ready when (1) every input pin that a link ends at has a value, even an optional one
and even one with a default; (2) after defaults, dynamic pins and type conversion are applied,
(3) every required pin is there and (4) all values fit their pins. Until then it waits, and
`NotReady` says for what.
"""

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry

from agents.engine import pins, tools
from agents.engine.graph import Graph, Node
from agents.engine.ids import PinName
from blocks.sdk import BlockKind, InvalidPins
from blocks.sdk.conversion import convert_inputs

# A schema comes with a file, from anybody: what could keep a worker busy for ever is not checked.
# Nor is anything fetched: an empty registry has no schemas but the one at hand.
Validator = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {name: lambda *_: None for name in ("pattern", "patternProperties", "uniqueItems")},
)


@dataclass(frozen=True)
class Ready:
    """The node can run on ``data``: its inputs by pin, dynamic names kept beside their bases."""

    data: dict[str, Any]


@dataclass(frozen=True)
class NotReady:
    """The node waits. ``missing``: linked pins without a value; ``problems``: pin to sentence."""

    missing: tuple[PinName, ...] = ()
    problems: Mapping[str, str] = ()  # type: ignore[assignment]

    def sentence(self) -> str:
        """Return what the node waits for, in words."""
        if self.missing:
            return "; ".join(f"input `{pin}` has not arrived" for pin in self.missing)
        return "; ".join(f"input `{pin}`: {text}" for pin, text in dict(self.problems).items())


def check(graph: Graph, node: Node, arrived: Mapping[str, Any]) -> Ready | NotReady:
    """Return whether the node can run on what arrived, and on which data."""
    missing = missing_pins(graph, node, arrived)
    if missing:
        return NotReady(missing=missing)
    # In the order of the links: which value came first must not show, in no key's place either.
    linked = [name for name in graph.linked_pins(node.id) if name in arrived]
    verdict = fit(node, {**{name: arrived[name] for name in linked}, **arrived})
    if node.kind is BlockKind.AI and isinstance(verdict, Ready):
        awaited = tools.still_waits(verdict.data, arrived)
        return NotReady(missing=(PinName(awaited),)) if awaited else verdict
    return verdict


def missing_pins(graph: Graph, node: Node, arrived: Container[str]) -> tuple[PinName, ...]:
    """Return the linked input pins that have no value yet, each once, in the links' order."""
    return tuple(name for name in _awaited(graph, node) if name not in arrived)


def has_arrived(graph: Graph, node: Node, arrived: Mapping[str, Any]) -> bool:
    """Return whether every linked input pin has a value."""
    linked = _awaited(graph, node)
    return len(arrived) >= len(linked) and all(name in arrived for name in linked)


def _awaited(graph: Graph, node: Node) -> Collection[PinName]:
    """Return the linked pins without which the node does not begin."""
    linked = graph.linked_pins(node.id)
    if node.kind is not BlockKind.AI:
        return linked
    return [name for name in linked if name not in tools.LOOP]


def fit(node: Node, arrived: Mapping[str, Any]) -> Ready | NotReady:
    """Return the node's data with defaults and conversions applied, if it fits the pins."""
    if node.block is None:
        return NotReady(problems={"block": f"there is no block {node.block_id!r} here"})
    try:
        data = pins.merge({**node.defaults, **arrived})
        if node.kind is BlockKind.AGENT:
            return _fit_agent(node, data)
        data = convert_inputs(node.block.inputs, data)
        node.block.inputs.build(data)
    except pins.BadPin as error:
        return NotReady(problems={"": str(error)})
    except InvalidPins as error:
        return NotReady(problems=error.problems)
    return Ready(data)


def _fit_agent(node: Node, data: dict[str, Any]) -> Ready | NotReady:
    """Check a sub-agent's inputs against the schema that its node remembers."""
    schema = node.input_default.get("input_schema")
    if not isinstance(schema, Mapping):
        return Ready(data)
    given = {name: value for name, value in data.items() if value is not None}
    problems = schema_problems(schema, given)
    return NotReady(problems=problems) if problems else Ready(data)


def schema_problems(schema: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each member of the values that does not fit the JSON Schema."""
    problems: dict[str, str] = {}
    required = schema.get("required", ())
    for name in required if isinstance(required, Sequence) else ():
        if isinstance(name, str) and name not in values:
            problems[name] = "is required"
    properties = schema.get("properties", {})
    for name, value in values.items():
        part = properties.get(name) if isinstance(properties, Mapping) else None
        if isinstance(part, Mapping) and (
            text := _misfit({**part, "$defs": schema.get("$defs", {})}, value)
        ):
            problems[name] = text
    return problems


def _misfit(schema: Mapping[str, Any], value: Any) -> str | None:
    try:
        Validator(schema, registry=Registry()).validate(value)
    except ValidationError as error:
        return error.message[:300]
    except (SchemaError, Exception):
        return None
    return None
