"""A pin's type in words that people read, such as ``list of text``."""

from typing import Any

from blocks.sdk.pins import Pins


def type_in_words(pins: type[Pins], pin: str) -> str:
    """Return what kind of value a pin takes or gives."""
    schema = pins.json_schema()
    return _words(schema["properties"][pin], schema.get("$defs", {}))


def _words(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    """Return a JSON Schema in a few words, such as ``list of text``."""
    if "$ref" in schema:
        return _words(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    members = schema.get("anyOf") or schema.get("oneOf")
    if members:
        words = [_words(member, definitions) for member in members]
        return " or ".join(dict.fromkeys(word for word in words if word != "nothing"))
    if schema.get("type") == "array":
        inner = _words(schema.get("items", {}), definitions)
        return "list" if inner == "anything" else f"list of {inner}"
    kind = schema.get("type", "")
    return WORDS.get(schema.get("format", kind), WORDS[kind])


WORDS = {
    "": "anything",
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
    "object": "object",
    "null": "nothing",
    "date": "date",
    "time": "time",
    "file": "file",
}
