"""What agents take and give, as JSON Schemas."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agents.engine.schemas import has_webhook_trigger, input_schema, output_schema
from tests.support.graphs import GraphBuilder, calculator


def only_property(g: GraphBuilder) -> Any:
    [part] = input_schema(g.graph())["properties"].values()
    return part


def test_a_graph_without_inputs_takes_an_empty_object() -> None:
    empty = {"type": "object", "properties": {}, "required": []}

    assert input_schema(GraphBuilder().graph()) == empty
    assert output_schema(GraphBuilder().graph()) == empty


def test_an_input_of_any_kind_takes_anything_and_is_required_without_a_value() -> None:
    assert input_schema(calculator().graph()) == {
        "type": "object",
        "properties": {"Input": {"title": "Input", "secret": False, "advanced": False}},
        "required": ["Input"],
    }


def test_outputs_are_told_in_the_same_way() -> None:
    g = GraphBuilder()
    g.output("Sum", title="The sum", description="Of all", secret=True)

    assert output_schema(g.graph()) == {
        "type": "object",
        "properties": {
            "Sum": {
                "title": "The sum",
                "description": "Of all",
                "secret": True,
                "advanced": False,
            }
        },
        "required": ["Sum"],
    }


def test_an_input_with_a_value_is_optional_and_says_its_default() -> None:
    g = GraphBuilder()
    g.input("limit", 0, advanced=True)

    assert input_schema(g.graph()) == {
        "type": "object",
        "properties": {
            "limit": {"title": "limit", "secret": False, "advanced": True, "default": 0}
        },
        "required": [],
    }


def test_a_required_input_is_never_folded_away() -> None:
    g = GraphBuilder()
    g.input("limit", None, advanced=True)

    assert only_property(g)["advanced"] is False


def test_a_typed_input_says_its_type_and_format() -> None:
    g = GraphBuilder()
    g.node("AgentLongTextInputBlock", name="brief", value="hi", title="Brief")

    assert only_property(g) == {
        "anyOf": [{"type": "string", "format": "long-text"}, {"type": "null"}],
        "format": "long-text",
        "title": "Brief",
        "secret": False,
        "advanced": False,
        "default": "hi",
    }


def test_a_toggle_is_off_by_default_and_so_never_required() -> None:
    g = GraphBuilder()
    g.node("AgentToggleInputBlock", name="loud")

    assert input_schema(g.graph())["required"] == []
    assert only_property(g) == {
        "type": "boolean",
        "title": "loud",
        "secret": False,
        "advanced": False,
        "default": False,
    }


def test_a_dropdown_says_its_choices() -> None:
    g = GraphBuilder()
    g.node("AgentDropdownInputBlock", name="size", options=["S", "M", "S"])

    assert only_property(g)["enum"] == ["S", "M"]


def test_values_that_the_block_cannot_read_add_nothing() -> None:
    g = GraphBuilder()
    g.node("AgentDropdownInputBlock", name="size", options=7)

    assert "enum" not in only_property(g)


def test_a_table_says_its_columns() -> None:
    g = GraphBuilder()
    g.node("AgentTableInputBlock", name="rows", column_headers=["a", "b"])

    part = only_property(g)
    assert part["format"] == "table"
    assert part["items"]["properties"] == {"a": {"type": "string"}, "b": {"type": "string"}}


def test_inputs_of_one_name_are_one_property_required_if_any_needs_a_value() -> None:
    g = GraphBuilder()
    g.input("city", "Lisbon", title="First")
    g.input("city", None, title="Second")

    schema = input_schema(g.graph())
    assert schema["required"] == ["city"]
    assert schema["properties"]["city"]["title"] == "First"
    assert list(schema["properties"]) == ["city"]


@pytest.mark.parametrize("name", [None, 7, ["a"], {"a": 1}])
def test_an_input_whose_name_is_no_text_is_left_out(name: Any) -> None:
    g = GraphBuilder()
    g.node("AgentInputBlock", name=name)
    g.input("good", 1)

    assert list(input_schema(g.graph())["properties"]) == ["good"]


def test_titles_and_descriptions_that_are_no_text_are_left_out() -> None:
    g = GraphBuilder()
    g.input("a", 1, title=7, description=["x"], secret="yes", advanced="yes")

    assert only_property(g) == {"title": "a", "secret": False, "advanced": False, "default": 1}


@pytest.mark.parametrize(
    "block",
    [
        "AgentInputBlock",
        "AgentShortTextInputBlock",
        "AgentNumberInputBlock",
        "AgentDateInputBlock",
        "AgentTimeInputBlock",
        "AgentFileInputBlock",
        "AgentDropdownInputBlock",
        "AgentToggleInputBlock",
        "AgentTableInputBlock",
    ],
)
def test_what_is_derived_is_a_json_schema(block: str) -> None:
    g = GraphBuilder()
    g.node(block, name="x")

    Draft202012Validator.check_schema(input_schema(g.graph()))


def test_graphs_without_a_webhook_block_have_no_webhook_trigger() -> None:
    assert has_webhook_trigger(calculator().graph()) is False
