"""Which credentials a graph asks for: one input for all pins that the same credential serves."""

from collections.abc import Iterator
from typing import Any

import pytest

from agents.engine import credentials, validation
from agents.engine.graph import Graph
from blocks.sdk import InputPins
from blocks.sdk.credentials import ChosenCredential, credentials_pin, credentials_pins
from tests.support import lockers
from tests.support.graphs import GraphBuilder

META = {"id": "c1", "provider": "openai", "type": "api_key", "title": "Work"}
OTHER = {**META, "id": "c2"}


@pytest.fixture(autouse=True)
def blocks() -> Iterator[None]:
    with lockers.registered():
        yield


def schema(graph: Graph, known: Any = None) -> Any:
    return credentials.input_schema(credentials.needs(graph), known)


def test_pins_of_one_provider_and_type_are_one_input() -> None:
    g = GraphBuilder()
    first, second = g.node("Ask"), g.node("UseModel", model="gpt")

    found = schema(g.graph())

    assert list(found["properties"]) == ["openai_api_key_credentials"]
    one = found["properties"]["openai_api_key_credentials"]
    assert (one["credentials_provider"], one["credentials_types"]) == (["openai"], ["api_key"])
    assert one["nodes"] == [
        {"node_id": first, "pin": "credentials"},
        {"node_id": second, "pin": "credentials"},
    ]
    assert found["required"] == ["openai_api_key_credentials"]


def test_a_node_s_value_decides_the_provider() -> None:
    g = GraphBuilder()
    g.node("UseModel", model="llama")

    assert list(schema(g.graph())["properties"]) == ["groq_api_key_credentials"]


def test_so_does_the_default_of_its_block() -> None:
    g = GraphBuilder()
    g.node("UseModel")

    assert list(schema(g.graph())["properties"]) == ["openai_api_key_credentials"]


@pytest.mark.parametrize("linked", [True, False])
def test_what_only_a_run_knows_decides_nothing(linked: bool) -> None:
    g = GraphBuilder()
    node = g.node("UseModel", model="unheard-of")
    if linked:
        g.link(g.input("m"), "result", node, "model")

    [key] = schema(g.graph())["properties"]

    assert key == "groq_openai_api_key_credentials"


def test_hosts_have_inputs_of_their_own() -> None:
    g = GraphBuilder()
    g.node("UseWeb", url="https://api.example.org/a")
    g.node("UseWeb", url="https://API.example.org/b")
    g.node("UseWeb", url="https://other.example:8443/")

    found = schema(g.graph())["properties"]

    assert list(found) == [
        "api.example.org_http_host_scoped_credentials",
        "http_other.example:8443_host_scoped_credentials",
    ]
    first = found["api.example.org_http_host_scoped_credentials"]
    assert first["discriminator_values"] == ["api.example.org"]
    assert len(first["nodes"]) == 2


def test_scopes_and_optional_pins_are_told() -> None:
    g = GraphBuilder()
    g.node("UseCode")

    found = schema(g.graph())

    code = found["properties"]["github_api_key_oauth2_credentials"]
    assert code["credentials_scopes"] == ["repo"]
    assert found["required"] == ["github_api_key_oauth2_credentials"]
    assert "openai_api_key_credentials" in found["properties"]


def test_what_the_author_chose_is_the_default() -> None:
    g = GraphBuilder()
    g.node("Ask", credentials=META)
    g.node("UseModel", credentials=META)

    found = schema(g.graph())

    assert found["required"] == []
    assert found["properties"]["openai_api_key_credentials"]["default"] == META


def test_different_choices_are_no_default_and_are_not_asked_for() -> None:
    g = GraphBuilder()
    g.node("Ask", credentials=META)
    g.node("UseModel", credentials=OTHER)

    found = schema(g.graph())

    assert found["required"] == []
    assert "default" not in found["properties"]["openai_api_key_credentials"]


@pytest.mark.parametrize("chosen", [META, {}, {"id": "c1"}, "sk-in-the-clear", None, 5])
def test_a_choice_of_somewhere_else_is_asked_for_again(chosen: Any) -> None:
    g = GraphBuilder()
    g.node("Ask", credentials=chosen)

    found = schema(g.graph(), known=["c9"])

    assert found["required"] == ["openai_api_key_credentials"]
    assert "default" not in found["properties"]["openai_api_key_credentials"]


def test_a_pin_that_is_fed_is_not_asked_for() -> None:
    g = GraphBuilder()
    g.link(g.input("c"), "result", g.node("Ask"), "credentials")

    assert schema(g.graph())["properties"] == {}


def test_a_disabled_node_is_not_asked_for() -> None:
    g = GraphBuilder()
    node = g.node("Ask")
    g.policy(node, disabled=True)

    assert schema(g.graph())["properties"] == {}


def test_what_is_given_reaches_all_its_pins() -> None:
    g = GraphBuilder()
    first, second = g.node("Ask"), g.node("UseModel")
    g.node("UseWeb")

    masks = credentials.spread(g.graph(), {"openai_api_key_credentials": META})

    assert masks == {first: {"credentials": META}, second: {"credentials": META}}


def test_a_missing_credential_forbids_neither_saving_nor_running() -> None:
    g = GraphBuilder()
    g.node("Ask")

    assert validation.problems(g.graph(), for_run=True) == []


def test_a_pin_says_by_its_name_what_it_is() -> None:
    class Misnamed(InputPins):
        key: ChosenCredential = credentials_pin("openai", kinds=["api_key"])

    with pytest.raises(TypeError, match="must be named `…_credentials`"):
        credentials_pins(Misnamed)
