"""What does not leave with an exported agent: secrets, and the values its author filled in.

The same goes for what its author pinned, which a run gave.

A value stays behind when its pin is marked secret or its name sounds like a secret, at any depth.
"""

from collections.abc import Mapping

from blocks.sdk import BlockKind, BlockSpec, registry
from blocks.sdk.conversion import ConversionError, convert
from kernel.jsontypes import JSONObject, JSONValue
from telemetry.redaction import is_secret

PINNED = "pinned"
SCHEMAS = ("input_schema", "output_schema")
GIVEN = ("inputs", "data")  # what a sub-agent is given, now and in older files


def stripped(document: JSONObject) -> JSONObject:
    """Return the document as others may see it."""
    return {**document, "nodes": [_stripped_node(node) for node in document["nodes"]]}


def _stripped_node(node: JSONObject) -> JSONObject:
    block = registry.find(node["block_id"])
    secret = _secret_pins(block)
    values = {
        name: value if _is_schema(block, name) else _without_secrets(value)
        for name, value in node["input_default"].items()
        if name not in secret and (_is_schema(block, name) or not is_secret(name, value))
    }
    if block is not None and block.kind is BlockKind.INPUT and values.get("value") is not None:
        values["value"] = _blank(block)
    if block is not None and block.kind is BlockKind.AGENT:
        values = _without_secret_inputs(values)
        values.pop("user_id", None)
        values |= {name: _without_defaults(values[name]) for name in SCHEMAS if name in values}
    return {**node, "input_default": values, "metadata": _without_pins(node["metadata"])}


def _without_pins(metadata: JSONObject) -> JSONObject:
    """Return it without the values that its author pinned: they are what a run gave."""
    return {key: value for key, value in metadata.items() if key != PINNED}


def _secret_pins(block: BlockSpec | None) -> set[str]:
    if block is None:
        return set()
    properties = block.inputs.json_schema().get("properties", {})
    return {name for name, schema in properties.items() if schema.get("secret") is True}


def _without_secrets(value: JSONValue) -> JSONValue:
    if isinstance(value, dict):
        return {
            key: _without_secrets(member)
            for key, member in value.items()
            if not is_secret(key, member)
        }
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value


def _is_schema(block: BlockSpec | None, name: str) -> bool:
    """Return whether the value declares a sub-agent's pins, whose names must not be stripped."""
    return block is not None and block.kind is BlockKind.AGENT and name in SCHEMAS


def _without_secret_inputs(values: JSONObject) -> JSONObject:
    """Return an agent's node without what it gives to inputs that the sub-agent marks as secret."""
    schema = values.get("input_schema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return values
    secret = {
        name
        for name, part in properties.items()
        if isinstance(part, dict) and part.get("secret") is True
    }
    members = {f"{pin}_#_{name}" for pin in GIVEN for name in secret}
    return {
        name: {key: member for key, member in value.items() if key not in secret}
        if name in GIVEN and isinstance(value, dict)
        else value
        for name, value in values.items()
        if name not in members
    }


def _without_defaults(schema: JSONValue) -> JSONValue:
    """Return a sub-agent's schema without the defaults of its secret pins."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return schema
    return {
        **schema,
        "properties": {name: _without_default(name, part) for name, part in properties.items()},
    }


def _without_default(name: str, part: JSONValue) -> JSONValue:
    if not isinstance(part, Mapping) or "default" not in part:
        return part
    if part.get("secret") is not True and not is_secret(name, part["default"]):
        return part
    return {key: value for key, value in part.items() if key != "default"}


def _blank(block: BlockSpec) -> JSONValue:
    """Return what an input holds instead of its author's value: no text, or nothing at all."""
    field = block.inputs.pins().get("value")  # type: ignore[call-overload]
    try:
        return "" if field is None or convert("", field.annotation) == "" else None
    except ConversionError:
        return None
