"""Pins: what a block takes and gives, and what the editor is told of them."""

from typing import Any

import pytest

from blocks.sdk import InputPins, InvalidPins, OutputPins, pin


class Inputs(InputPins):
    list_: list[int] = pin(name="list", description="Numbers", placeholder="[1]")
    format: str = pin("%s", description="A format", advanced=True)
    token: str | None = pin(None, description="A secret", secret=True)
    payload: dict[str, Any] = pin({}, description="From the platform", hidden=True)


class Outputs(OutputPins):
    first: int = pin(0, description="One")
    json_: Any = pin(None, name="json", description="Two")


def test_inputs_are_built_by_pin_name_and_nulls_count_as_not_given() -> None:
    built = Inputs.build({"list": ["1", 2], "format": None, "unknown": 5})

    assert built == Inputs(list_=[1, 2], format="%s", token=None, payload={})


def test_each_pin_that_does_not_fit_is_named_once_with_the_reason() -> None:
    with pytest.raises(InvalidPins) as refusal:
        Inputs.build({"list": None, "format": 5, "payload": [1]})

    assert refusal.value.problems == {
        "list": "is required",
        "format": "Input should be a valid string",
        "payload": "Input should be a valid dictionary",
    }
    assert str(refusal.value).startswith("`list`: is required; `format`: Input should be")


def test_problem_inside_a_value_says_where() -> None:
    with pytest.raises(InvalidPins) as refusal:
        Inputs.build({"list": [1, "x", "y"]})

    assert refusal.value.problems == {
        "list": "at 1: Input should be a valid integer, unable to parse string as an integer"
    }


def test_defaults_are_not_shared_between_runs() -> None:
    Inputs.build({"list": [1]}).payload["left"] = True

    assert Inputs.build({"list": [1]}).payload == {}


def test_schema_tells_the_editor_how_to_show_each_pin() -> None:
    schema = Inputs.json_schema()

    assert schema["required"] == ["list"]
    assert schema["properties"]["list"] == {
        "title": "List",
        "description": "Numbers",
        "type": "array",
        "items": {"type": "integer"},
        "placeholder": "[1]",
        "advanced": False,
    }
    assert schema["properties"]["format"]["advanced"] is True
    assert schema["properties"]["token"]["secret"] is True
    assert schema["properties"]["payload"]["hidden"] is True


def test_only_outputs_that_are_set_are_emitted_in_the_order_of_declaration() -> None:
    assert Outputs().emissions() == []
    assert Outputs(json_=None, first=1).emissions() == [("first", 1), ("json", None)]
    assert Outputs(json_=[1]).emissions() == [("json", [1])]


def test_schema_of_outputs_has_no_defaults() -> None:
    assert Outputs.json_schema()["properties"] == {
        "first": {"title": "First", "description": "One", "type": "integer", "advanced": False},
        "json": {"title": "Json", "description": "Two", "advanced": False},
    }
