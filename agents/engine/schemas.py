"""What an agent takes and gives, derived from its input and output nodes.

Each INPUT node declares one property, named by its ``name``: the JSON Schema of its block's
``value`` pin, what the block adds for the node's values (choices, columns, a format), and the
node's own title, description and default. A name is required while its node has no value.
OUTPUT nodes make the schema of the outputs in the same way.

Nodes with the same name are one property, described by the first; it is required if any of
them lacks a value. A node whose name is no text is left out.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from agents.engine.graph import Graph, Node
from blocks.sdk import BlockKind, BlockSpec

JSONSchema: TypeAlias = dict[str, Any]
VALUE = "value"
_OF_THE_BLOCK = frozenset(
    {"title", "description", "default", "advanced", "secret", "hidden", "placeholder"}
)


def input_schema(graph: Graph) -> JSONSchema:
    """Return the JSON Schema of what a run of the graph takes, by input name."""
    return _schema(graph.of_kind(BlockKind.INPUT))


def output_schema(graph: Graph) -> JSONSchema:
    """Return the JSON Schema of what a run of the graph gives, by output name."""
    return _schema(graph.of_kind(BlockKind.OUTPUT))


def has_webhook_trigger(graph: Graph) -> bool:
    """Return whether a request from outside can start the graph."""
    return bool(graph.of_kind(BlockKind.WEBHOOK) or graph.of_kind(BlockKind.WEBHOOK_MANUAL))


def _schema(nodes: Iterable[Node]) -> JSONSchema:
    properties: dict[str, JSONSchema] = {}
    required: dict[str, None] = {}
    definitions: JSONSchema = {}
    for node in nodes:
        name = node.input_default.get("name")
        if node.block is None or not isinstance(name, str):
            continue
        value = _value(node, node.block)
        properties.setdefault(name, _property(node, node.block, name, value))
        definitions |= _definitions(node.block)
        if value is None:
            required[name] = None
    schema: JSONSchema = {"type": "object", "properties": properties, "required": list(required)}
    return {**schema, "$defs": definitions} if definitions else schema


def _property(node: Node, block: BlockSpec, name: str, value: Any) -> JSONSchema:
    given = node.input_default
    part: JSONSchema = {
        key: member for key, member in _value_pin(block).items() if key not in _OF_THE_BLOCK
    }
    if block.value_schema is not None:
        part |= _extra(block, given)
    part["title"] = _text(given, "title") or name
    if description := _text(given, "description"):
        part["description"] = description
    part["secret"] = given.get("secret") is True
    part["advanced"] = given.get("advanced") is True and value is not None
    if value is not None:
        part["default"] = value
    return part


def _value_pin(block: BlockSpec) -> Mapping[str, Any]:
    pin: Mapping[str, Any] = block.inputs.json_schema().get("properties", {}).get(VALUE, {})
    return pin


def _definitions(block: BlockSpec) -> Mapping[str, Any]:
    """Return the named schemas that the value pin may refer to."""
    definitions: Mapping[str, Any] = block.inputs.json_schema().get("$defs", {})
    return definitions if "$ref" in str(_value_pin(block)) else {}


def _value(node: Node, block: BlockSpec) -> Any:
    """Return the node's value, or the block's where the node has none."""
    value = node.input_default.get(VALUE)
    return _value_pin(block).get("default") if value is None else value


def _extra(block: BlockSpec, values: Mapping[str, Any]) -> JSONSchema:
    """Return what the block adds to the schema; nothing where the node's values are unreadable."""
    if block.value_schema is None:
        return {}
    try:
        return block.value_schema(values)
    except (TypeError, ValueError, LookupError, AttributeError):
        return {}


def _text(values: Mapping[str, Any], key: str) -> str | None:
    value = values.get(key)
    return value if isinstance(value, str) else None
