"""Which control asks for an input, by the JSON Schema that the agent gives for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_ROWS = 200
MOST_COLUMNS = 20
MOST_CHOICES = 1000


class Control(StrEnum):
    """How an input is asked for."""

    TEXT = "text"
    LONG_TEXT = "long text"
    ANYTHING = "anything"
    NUMBER = "number"
    INTEGER = "integer"
    TOGGLE = "toggle"
    CHOICE = "choice"
    DATE = "date"
    TIME = "time"
    FILE = "file"
    TABLE = "table"
    LIST = "list"
    OBJECT = "object"
    JSON = "JSON"


FORMATS = {
    "short-text": Control.TEXT,
    "long-text": Control.LONG_TEXT,
    "date": Control.DATE,
    "time": Control.TIME,
    "file": Control.FILE,
}
TYPES = {
    "string": Control.TEXT,
    "integer": Control.INTEGER,
    "number": Control.NUMBER,
    "boolean": Control.TOGGLE,
    "array": Control.LIST,
    "object": Control.OBJECT,
}


@dataclass(frozen=True)
class AgentInput:
    """One input of an agent as its form needs to know it."""

    name: str
    control: Control
    title: str
    description: str = ""
    required: bool = False
    default: Any = None
    secret: bool = False
    advanced: bool = False
    choices: tuple[Any, ...] = ()
    columns: tuple[str, ...] = ()


def agent_inputs(schema: Mapping[str, Any]) -> list[AgentInput]:
    """Return the inputs of an agent's ``input_schema``, in its order."""
    required = set(schema.get("required", ()))
    definitions = schema.get("$defs", {})
    return [
        _input(name, _plain(part, definitions), required=name in required)
        for name, part in schema.get("properties", {}).items()
    ]


def _input(name: str, part: Mapping[str, Any], *, required: bool) -> AgentInput:
    default = part.get("default")
    columns = _columns(part)
    return AgentInput(
        name=name,
        control=_control(part, default, columns),
        title=part.get("title") or name,
        description=part.get("description") or "",
        required=required,
        default=default,
        secret=part.get("secret") is True,
        advanced=part.get("advanced") is True,
        choices=tuple(part.get("enum", ()))[:MOST_CHOICES],
        columns=columns,
    )


def _control(part: Mapping[str, Any], default: Any, columns: tuple[str, ...]) -> Control:
    if part.get("enum"):
        return Control.CHOICE
    if part.get("format") == "table" and 0 < len(columns) <= MOST_COLUMNS:
        return Control.TABLE if _is_small_table(default) else Control.LIST
    if not isinstance(part.get("type"), str):
        return _control_for_anything(default)
    if part["type"] == "string" and part.get("format") in FORMATS:
        return FORMATS[part["format"]]
    return TYPES.get(part["type"], Control.JSON)


def _control_for_anything(default: Any) -> Control:
    """Return the control for an input of no particular type, which its default may hint at."""
    if isinstance(default, bool):
        return Control.TOGGLE
    return Control.JSON if isinstance(default, list | dict) else Control.ANYTHING


def _is_small_table(default: Any) -> bool:
    if default is None:
        return True
    return (
        isinstance(default, list)
        and len(default) <= MOST_ROWS
        and all(isinstance(row, dict) for row in default)
    )


def _columns(part: Mapping[str, Any]) -> tuple[str, ...]:
    items = part.get("items")
    return tuple(items.get("properties", ())) if isinstance(items, Mapping) else ()


def _plain(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema with its reference followed and the alternative "nothing" left out."""
    found = {**definitions.get(str(part.get("$ref", "")).rpartition("/")[2], {}), **part}
    choices = [one for one in found.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        found = {**_plain(choices[0], definitions), **found}
    return found
