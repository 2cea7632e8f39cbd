from typing import Any

import pytest

from webui.forms.schema import AgentInput, Control, agent_inputs


def only(part: dict[str, Any], **schema: Any) -> AgentInput:
    [found] = agent_inputs({"properties": {"in": part}, **schema})
    return found


@pytest.mark.parametrize(
    ("part", "control"),
    [
        ({}, Control.ANYTHING),
        ({"default": 5}, Control.ANYTHING),
        ({"default": False}, Control.TOGGLE),
        ({"default": []}, Control.JSON),
        ({"type": "string"}, Control.TEXT),
        ({"type": "string", "format": "long-text"}, Control.LONG_TEXT),
        ({"type": "string", "format": "date"}, Control.DATE),
        ({"type": "string", "format": "time"}, Control.TIME),
        ({"type": "string", "format": "file"}, Control.FILE),
        ({"type": "string", "format": "iban"}, Control.TEXT),
        ({"type": "string", "enum": ["a"]}, Control.CHOICE),
        ({"type": "integer"}, Control.INTEGER),
        ({"type": "number"}, Control.NUMBER),
        ({"type": "boolean"}, Control.TOGGLE),
        ({"type": "array"}, Control.LIST),
        ({"type": "object"}, Control.OBJECT),
        ({"type": "null"}, Control.JSON),
        ({"type": ["string", "integer"]}, Control.ANYTHING),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, Control.INTEGER),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, Control.ANYTHING),
        ({"$ref": "#/$defs/Size"}, Control.CHOICE),
    ],
)
def test_the_schema_chooses_the_control(part: dict[str, Any], control: Control) -> None:
    sizes = {"Size": {"type": "string", "enum": ["S", "M"]}}

    assert only(part, **{"$defs": sizes}).control is control


@pytest.mark.parametrize(
    ("columns", "default", "control"),
    [
        (["A"], None, Control.TABLE),
        (["A"], [{"A": "1"}], Control.TABLE),
        (["A"], ["no row"], Control.LIST),
        (["A"], [{}] * 201, Control.LIST),
        ([], None, Control.LIST),
        ([str(number) for number in range(21)], None, Control.LIST),
    ],
)
def test_tables_that_fit_a_form_are_asked_for_as_rows(
    columns: list[str], default: Any, control: Control
) -> None:
    part = {
        "type": "array",
        "format": "table",
        "default": default,
        "items": {"properties": {column: {"type": "string"} for column in columns}},
    }
    found = only(part)

    assert found.control is control
    assert found.columns == tuple(columns)


def test_inputs_keep_their_order_names_and_words() -> None:
    schema = {
        "properties": {
            "b": {"title": "Bee", "description": "Buzzes", "secret": True},
            "a": {"advanced": True, "default": 0, "title": None},
        },
        "required": ["b"],
    }
    assert agent_inputs(schema) == [
        AgentInput("b", Control.ANYTHING, "Bee", "Buzzes", required=True, secret=True),
        AgentInput("a", Control.ANYTHING, "a", default=0, advanced=True),
    ]
