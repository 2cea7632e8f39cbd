"""Secrets and an author's values do not leave with an exported agent."""

import json
from pathlib import Path
from typing import Any

import pytest

from agents.graphs.codec import document_of
from agents.graphs.exchange import read_file
from agents.graphs.stripping import stripped
from telemetry.redaction import SECRET_WORDS, is_secret
from tests.support.graphs import GraphBuilder

# The builder's tests read them too.
CASES = json.loads(Path(__file__).with_name("secret_names.json").read_text())


def exported(block: str, **values: Any) -> dict[str, Any]:
    """Return what is left of a node's values."""
    g = GraphBuilder()
    g.node(block, **values)
    found = stripped(document_of(read_file(g.file())))
    values_left: dict[str, Any] = found["nodes"][0]["input_default"]
    return values_left


@pytest.mark.parametrize(("name", "value", "secret"), CASES)
def test_a_name_says_whether_its_value_is_a_secret(name: str, value: Any, secret: bool) -> None:
    assert is_secret(name, value) is secret


def test_the_builder_is_asked_about_every_word_too() -> None:
    names = [name.lower() for name, _, secret in CASES if secret]

    assert [word for word in SECRET_WORDS if not any(word in name for name in names)] == []


def test_secrets_are_left_out_at_any_depth() -> None:
    values = {
        "values": {"a": 1, "password": "p", "deep": [{"token": "t", "b": 2}, ["kept"]]},
        "values_#_api_key": "k",
    }

    assert exported("CreateDictionaryBlock", **values) == {
        "values": {"a": 1, "deep": [{"b": 2}, ["kept"]]}
    }


@pytest.mark.parametrize(
    ("block", "value", "left"),
    [
        ("AgentInputBlock", "mine", ""),
        ("AgentInputBlock", {"password": "p"}, ""),
        ("AgentInputBlock", 8, ""),
        ("AgentInputBlock", None, None),
        ("AgentShortTextInputBlock", "mine", ""),
        ("AgentDateInputBlock", "2026-01-01", ""),
        ("AgentNumberInputBlock", 7, None),
        ("AgentToggleInputBlock", True, None),
    ],
)
def test_an_inputs_value_is_blanked_by_what_the_input_can_hold(
    block: str, value: Any, left: Any
) -> None:
    assert exported(block, name="n", value=value) == {"name": "n", "value": left}


def test_an_input_without_a_value_stays_without() -> None:
    assert exported("AgentInputBlock", name="n", secret=True) == {"name": "n", "secret": True}


def test_an_outputs_value_is_no_input() -> None:
    assert exported("AgentOutputBlock", name="n", value="v") == {"name": "n", "value": "v"}


def test_a_sub_agents_pins_keep_their_names_and_lose_their_secret_defaults() -> None:
    schema = {
        "type": "object",
        "properties": {
            "api_key": {"type": "string", "default": "k"},
            "hidden": {"default": "h", "secret": True},
            "open": {"default": "o", "secret": False},
            "odd": True,
        },
        "required": [],
    }
    left = exported(
        "AgentExecutorBlock",
        user_id="7",
        graph_id="g",
        graph_version=1,
        inputs={"api_key": "k", "open": 1},
        input_schema=schema,
        output_schema="odd",
    )

    assert left == {
        "graph_id": "g",
        "graph_version": 1,
        "inputs": {"open": 1},
        "input_schema": {
            "type": "object",
            "properties": {
                "api_key": {"type": "string"},
                "hidden": {"secret": True},
                "open": {"default": "o", "secret": False},
                "odd": True,
            },
            "required": [],
        },
        "output_schema": "odd",
    }


@pytest.mark.parametrize("pin", ["inputs", "data"])
def test_what_a_secret_input_of_a_sub_agent_is_given_stays_behind_whatever_its_name(
    pin: str,
) -> None:
    properties = {"phrase": {"type": "string", "secret": True}, "open": {"type": "string"}}
    left = exported(
        "AgentExecutorBlock",
        graph_id="g",
        graph_version=1,
        input_schema={"properties": properties},
        **{pin: {"phrase": "sesame", "open": 1}, f"{pin}_#_phrase": "sesame", f"{pin}_#_open": 2},
    )

    assert left["inputs"] == {"open": 1}
    assert left[f"{pin}_#_open"] == 2
    assert "sesame" not in json.dumps(left)


def test_unknown_blocks_are_stripped_by_name_too() -> None:
    g = GraphBuilder()
    g.add("00000000-0000-0000-0000-00000000cafe", {"password": "p", "text": "t"})
    found = stripped(document_of(read_file(g.file())))

    assert found["nodes"][0]["input_default"] == {"text": "t"}


def test_the_document_itself_is_not_changed() -> None:
    g = GraphBuilder()
    g.input("n", "mine")
    document = document_of(read_file(g.file()))
    stripped(document)

    assert document["nodes"][0]["input_default"]["value"] == "mine"


def test_pinned_values_stay_behind_and_the_rest_of_the_metadata_goes() -> None:
    g = GraphBuilder()
    note = g.node("NoteBlock", text="t")
    g.policy(note, pinned={"output": ["from a run"]}, disabled=True)
    found = stripped(document_of(read_file(g.file())))

    assert found["nodes"][0]["metadata"] == {"position": {"x": 0, "y": 0}, "disabled": True}
