"""The commands and programs that an agent's page gives to scripts."""

import ast
import json
import re
import shlex
from typing import Any

import pytest
from django.utils.html import escape

from accounts.models import User
from agents.graphs import services
from agents.graphs.models import GraphVersion
from tests.integration.webui.conftest import Browse
from tests.support.graphs import GraphBuilder, calculator
from webui.snippets import example_inputs, snippets

pytestmark = pytest.mark.django_db

AWKWARD = 'it\'s $HOME `x` \\ "é" {0}'


def saved(alice: User, graph: GraphBuilder) -> GraphVersion:
    return services.create_agent(alice, graph.file())


def body_of(curl: str) -> Any:
    """Return what the shell hands to curl as the body."""
    command = re.search(r"curl .*?(?= \| sed)", curl, re.DOTALL)
    assert command
    words = shlex.split(command[0].replace("\\\n", " "))
    return json.loads(words[words.index("-d") + 1])


def inputs_of(python: str) -> Any:
    """Return the inputs that the program writes down."""
    for statement in ast.parse(python).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "inputs":
            return ast.literal_eval(statement.value)
    raise AssertionError("The program has no inputs.")


def test_both_start_the_agent_with_the_same_inputs(alice: User) -> None:
    version = saved(alice, calculator())
    found = snippets(version, "https://t.example", alice)
    address = f"https://t.example/api/v1/graphs/{version.agent_id}/execute/"

    assert f"--fail-with-body {address} " in found.curl
    assert f"START = '{address}'" in found.python
    assert body_of(found.curl) == {"inputs": {"Input": "your text"}}
    assert inputs_of(found.python) == {"Input": "your text"}


def test_values_of_all_kinds_survive_the_shell_and_python(alice: User) -> None:
    g = GraphBuilder()
    g.input(AWKWARD, AWKWARD)
    g.input("nested", {"a": [None, True, 1.5, {"b": AWKWARD}]})
    found = snippets(saved(alice, g), "http://t", alice)
    wanted = {AWKWARD: AWKWARD, "nested": {"a": [None, True, 1.5, {"b": AWKWARD}]}}

    assert body_of(found.curl) == {"inputs": wanted}
    assert inputs_of(found.python) == wanted


def test_examples_are_of_the_input_s_kind(alice: User) -> None:
    g = GraphBuilder()
    g.node("AgentNumberInputBlock", name="number")
    g.node("AgentToggleInputBlock", name="toggle", value=False)
    g.node("AgentDateInputBlock", name="date")
    g.node("AgentFileInputBlock", name="file")
    g.node("AgentDropdownInputBlock", name="choice", options=["red", "blue"])
    g.node("AgentTableInputBlock", name="table", column_headers=["Name"])
    g.node("AgentShortTextInputBlock", name="folded", advanced=True, value="x")

    assert example_inputs(saved(alice, g)) == {
        "number": 1,
        "toggle": False,
        "date": "2030-01-31",
        "file": "data:text/plain,Hello",
        "choice": "red",
        "table": [{"Name": ""}],
    }


def test_another_version_is_named(alice: User) -> None:
    first = saved(alice, calculator())
    services.save_version(first.agent, services.export(first))
    first.refresh_from_db()

    assert f"/graphs/{first.agent_id}/execute/1/" in snippets(first, "http://t", alice).python


def test_the_page_shows_them_as_text(alice: User, browse: Browse) -> None:
    g = GraphBuilder()
    g.input("</pre><script>alert(1)</script>")
    version = saved(alice, g)
    page = browse(alice).get(f"/agents/{version.agent_id}/").content.decode()

    assert "<script>alert" not in page
    assert escape(snippets(version, "http://testserver", alice).python) in page
    assert 'data-copy="snippet-curl"' in page
