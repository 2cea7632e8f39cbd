"""What a block must keep for ever, read from the registry: names, pins, types, defaults."""

from functools import cache
from typing import Any

from pydantic_core import PydanticUndefined, to_jsonable_python

from blocks.sdk import BlockSpec, registry
from blocks.sdk.pins import Pins

SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "null"}
FORMATS = ("date", "time", "short-text", "long-text")


@cache
def facts() -> dict[str, dict[str, Any]]:
    """Return the facts of all registered blocks, by name."""
    return {spec.name: block_facts(spec) for spec in registry}


def block_facts(spec: BlockSpec) -> dict[str, Any]:
    return {
        "id": str(spec.id),
        "kind": spec.kind.value,
        "static_output": spec.static_output,
        "categories": [category.name for category in spec.categories],
        "legacy_ids": list(spec.legacy_ids),
        "error_pin": spec.has_error_pin,
        "inputs": {name: input_facts(spec.inputs, name) for name in spec.inputs.pins()},
        "outputs": {name: type_of(spec.outputs, name) for name in spec.outputs.pins()},
    }


def input_facts(pins: type[Pins], name: str) -> dict[str, Any]:
    field = pins.pins()[name]  # type: ignore[index]
    shown = pins.json_schema()["properties"][name]
    known: dict[str, Any] = {"type": type_of(pins, name)}
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is not PydanticUndefined:
        known["default"] = to_jsonable_python(default)
    return known | {key: True for key in ("advanced", "hidden", "secret") if shown.get(key)}


def type_of(pins: type[Pins], name: str) -> str:
    """Return the pin's JSON type in short: ``str?`` may be null, ``list[int]`` has integers."""
    schema = pins.json_schema()
    return _short(schema["properties"][name], schema.get("$defs", {}))


def _short(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _short(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "enum" in schema:
        return f"enum[{','.join(schema['enum'])}]"
    if "mapping" in (schema.get("discriminator") or ()):
        return f"one of {','.join(sorted(schema['discriminator']['mapping'], reverse=True))}"
    if "anyOf" in schema:
        return _union([_short(member, definitions) for member in schema["anyOf"]])
    if schema.get("type") == "array":
        return f"list[{_short(schema.get('items', {}), definitions)}]"
    if schema.get("type") == "object":
        entries = schema.get("additionalProperties")
        values = _short(entries, definitions) if isinstance(entries, dict) else "any"
        return "dict" if values == "any" else f"dict[{values}]"
    if schema.get("format") in FORMATS:
        return str(schema["format"])
    return SIMPLE[schema["type"]] if "type" in schema else "any"


def _union(members: list[str]) -> str:
    kinds = sorted(set(members) - {"null"})
    if kinds == ["float", "int"]:
        kinds = ["float"]  # JSON has one kind of number
    return "|".join(kinds) + ("?" if "null" in members else "")
