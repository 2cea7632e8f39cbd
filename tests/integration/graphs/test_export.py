"""Exported agents: what they hold, and that importing them loses nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from agents.graphs import services
from agents.graphs.models import GraphVersion
from kernel.jsontypes import JSONObject
from tests.support.graphs import GraphBuilder, calculator
from tests.support.renaming import canonical

pytestmark = pytest.mark.django_db


def round_trip(user: User, g: GraphBuilder) -> tuple[JSONObject, JSONObject]:
    """Return the export of the imported graph, and the export of that export imported."""
    first = services.export(services.create_agent(user, g.file()))
    second = services.export(services.create_agent(user, first))
    return first, second


def test_an_export_is_the_graph_and_what_can_be_derived_from_it(alice: User) -> None:
    g = calculator("Sum")
    version = services.create_agent(alice, g.file() | {"description": "Adds.", "shade": "blue"})
    file = services.export(version)

    nodes = [{**node, "id": ""} for node in g.nodes]
    assert {**file, "links": [], "nodes": [{**node, "id": ""} for node in file["nodes"]]} == {
        "id": str(version.agent_id),
        "version": 1,
        "is_active": True,
        "name": "Sum",
        "description": "Adds.",
        "shade": "blue",
        "nodes": nodes,
        "links": [],
        "forked_from_id": None,
        "forked_from_version": None,
        "input_schema": {
            "type": "object",
            "properties": {"Input": {"title": "Input", "secret": False, "advanced": False}},
            "required": ["Input"],
        },
        "output_schema": {
            "type": "object",
            "properties": {"Output": {"title": "Output", "secret": False, "advanced": False}},
            "required": ["Output"],
        },
        "credentials_input_schema": {"type": "object", "properties": {}, "required": []},
        "has_webhook_trigger": False,
        "sub_graphs": [],
    }


def test_the_authors_values_do_not_leave_in_the_schema_either(alice: User) -> None:
    g = GraphBuilder()
    g.input("city", "Lisbon")
    file = services.export(services.create_agent(alice, g.file()))

    assert "Lisbon" not in str(file)
    assert file["input_schema"]["properties"]["city"]["default"] == ""


def test_sub_agents_are_exported_breadth_first_each_once(alice: User) -> None:
    leaf, left, right, main = (GraphBuilder(n) for n in ("Leaf", "Left", "Right", "Main"))
    left.agent(leaf)
    right.agent(leaf)
    right.agent(right)
    main.agent(left)
    main.agent(right)
    main.agent(left)
    file = services.export(services.create_agent(alice, main.file()))

    assert [graph["name"] for graph in file["sub_graphs"]] == ["Left", "Right", "Leaf"]
    assert all("sub_graphs" not in graph for graph in file["sub_graphs"])


def test_agents_of_other_people_are_not_exported(alice: User, charlie: User) -> None:
    theirs = services.create_agent(charlie, calculator("Theirs").file())
    g = GraphBuilder()
    g.agent(calculator())
    g.sub_graphs.clear()
    g.nodes[0]["input_default"]["graph_id"] = str(theirs.agent_id)
    file = services.export(services.create_agent(alice, g.file()))

    assert file["sub_graphs"] == []
    assert file["nodes"][0]["input_default"]["graph_id"] == str(theirs.agent_id)


def test_an_agent_that_runs_itself_is_exported_once(alice: User) -> None:
    g = GraphBuilder()
    g.agent(g)
    first, second = round_trip(alice, g)

    assert first["sub_graphs"] == []
    assert first["nodes"][0]["input_default"]["graph_id"] == first["id"]
    assert canonical(second) == canonical(first)


def test_exports_of_many_sub_agents_take_two_queries_per_level(
    alice: User, django_assert_max_num_queries: pytest.FixtureDef[object]
) -> None:
    main = GraphBuilder("Main")
    for number in range(10):
        main.agent(calculator(f"Sub {number}"), Input=number)
    version = services.create_agent(alice, main.file())
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        file = services.export(GraphVersion.objects.select_related("agent").get(pk=version.pk))

    assert len(file["sub_graphs"]) == 10


def everything() -> GraphBuilder:
    """Return a graph with everything that could be lost on the way."""
    sub = calculator("Sub 🪢")
    sub.version = 3
    g = GraphBuilder("אגוז\u200f")
    g.version = 12
    source = g.input("city", "Lisbon", secret=True)
    run = g.agent(sub, Input=1, token="t")
    texts = g.node("CombineTextsBlock", {"input1": "a", "delimiter": "\0"})
    mystery = g.add("00000000-0000-0000-0000-00000000cafe", {"x": [{"y": 1.0}], "password": "p"})
    sink = g.output("out")
    g.link(source, "result", run, "Input")
    g.link(run, "Output", texts, "input2")
    g.link(texts, "output", mystery, f"tools_^_{sink}_~_value")
    g.link(mystery, f"tools_^_{sink}_~_value", sink, "value")
    g.link(mystery, "error", mystery, "again")
    return g


def test_importing_an_export_loses_nothing(alice: User, bob: User) -> None:
    first, second = round_trip(alice, everything())
    third = services.export(services.create_agent(bob, second))

    assert canonical(second) == canonical(first)
    assert canonical(third) == canonical(first)
    assert second["id"] != first["id"]
    assert (first["version"], first["sub_graphs"][0]["version"]) == (12, 3)


BLOCKS = ("AgentInputBlock", "AgentOutputBlock", "CalculatorBlock", "NoteBlock", "AddToListBlock")
NAMES = ("name", "value", "text", "list", "a", "api_key", "values_#_token", "max_tokens")
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just({"secret": "s"})


@st.composite
def graphs(draw: st.DrawFn, depth: int = 2) -> GraphBuilder:
    g = GraphBuilder(draw(st.text("aé🪢 ", max_size=4)), version=draw(st.integers(1, 5)))
    for _ in range(draw(st.integers(1, 4))):
        values = draw(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4))
        g.node(draw(st.sampled_from(BLOCKS)), {**values, "name": draw(st.text(max_size=3))})
    subs = [draw(graphs(depth - 1)) for _ in range(draw(st.integers(0, 2)) if depth else 0)]
    for sub in subs:
        g.agent(sub)
    for node in g.nodes:
        if draw(st.booleans()):
            g.link(node["id"], "error", g.node("NoteBlock"), "text")
    return g


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(g=graphs())
def test_any_export_imported_and_exported_again_is_the_same(alice: User, g: GraphBuilder) -> None:
    first, second = round_trip(alice, g)

    assert canonical(second) == canonical(first)
