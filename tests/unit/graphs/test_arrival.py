"""What a file brings in: everything renamed, and all graphs checked together."""

from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from agents.engine.errors import InvalidGraph
from agents.graphs.arrival import Arrival, arrivals
from agents.graphs.exchange import read_file
from agents.graphs.references import Reference
from kernel.jsontypes import JSONObject
from tests.support.graphs import GraphBuilder, calculator
from tests.support.renaming import canonical


def arrive(g: GraphBuilder, **options: object) -> list[Arrival]:
    return arrivals(read_file(g.file()), owner_id=7, **options)  # type: ignore[arg-type]


def values(arrival: Arrival) -> list[JSONObject]:
    return [node["input_default"] for node in arrival.document["nodes"]]


def with_sub_agent(version: int = 1) -> tuple[GraphBuilder, GraphBuilder]:
    sub = calculator("Sub")
    sub.version = version
    main = GraphBuilder("Main")
    main.agent(sub, Input=1)
    return main, sub


def test_everything_gets_new_ids() -> None:
    g = calculator()
    [arrival] = arrive(g)

    assert arrival.agent_id != UUID(g.id)
    old = {node["id"] for node in g.nodes}
    assert old.isdisjoint(node["id"] for node in arrival.document["nodes"])


def test_an_agent_keeps_its_id_where_one_is_given() -> None:
    mine = uuid4()
    [arrival] = arrive(calculator(), agent_id=mine)

    assert arrival.agent_id == mine


def test_references_to_agents_of_the_file_are_renamed_and_keep_their_version() -> None:
    main, sub = with_sub_agent(version=5)
    first, second = arrive(main)

    assert second.file.name == "Sub"
    assert second.agent_id != UUID(sub.id)
    [node] = values(first)
    assert (node["graph_id"], node["graph_version"]) == (str(second.agent_id), 5)
    assert node["user_id"] == "7"


@pytest.mark.parametrize(
    ("graph_id", "version"), [("elsewhere", 1), (None, 2), (7, 1), ("sub", "x"), ("sub", 2.5)]
)
def test_references_to_what_the_file_does_not_carry_stay(graph_id: object, version: object) -> None:
    main, sub = with_sub_agent()
    written = sub.id if graph_id in (None, "sub") else graph_id
    main.nodes[0]["input_default"] |= {"graph_id": written, "graph_version": version}
    first, _ = arrive(main)

    [node] = values(first)
    assert (node["graph_id"], node["graph_version"]) == (written, version)


def test_an_agent_that_runs_itself_still_does() -> None:
    main = GraphBuilder("Main")
    main.agent(main)
    [arrival] = arrive(main)

    assert values(arrival)[0]["graph_id"] == str(arrival.agent_id)


def test_agents_that_run_each_other_still_do() -> None:
    one, two = GraphBuilder("One"), GraphBuilder("Two")
    two.agent(one)
    two.sub_graphs.clear()
    one.agent(two)
    first, second = arrive(one)

    assert values(first)[0]["graph_id"] == str(second.agent_id)
    assert values(second)[0]["graph_id"] == str(first.agent_id)


def test_versions_of_one_agent_stay_versions_of_one_agent() -> None:
    old, new = calculator("Old"), calculator("New")
    new.id, new.version = old.id, 2
    main = GraphBuilder()
    main.agent(old, Input=1)
    main.agent(new, Input=1)
    main.sub_graphs.append(new.file())
    _, first, second = arrive(main)

    assert first.agent_id == second.agent_id
    assert [first.file.version, second.file.version] == [1, 2]


def test_sub_agents_that_are_present_do_not_arrive_again() -> None:
    main, sub = with_sub_agent()
    [arrival] = arrive(main, present={Reference(UUID(sub.id), 1)})

    assert values(arrival)[0]["graph_id"] == sub.id


def test_problems_of_all_graphs_are_told_with_the_ids_that_the_file_has() -> None:
    main, sub = with_sub_agent()
    reserved = main.input("credentials")
    sub.link(sub.nodes[0]["id"], "result", "gone", "x")
    main.sub_graphs[0] = sub.file()
    with pytest.raises(InvalidGraph) as refused:
        arrive(main)

    assert [(e.code, e.attr, e.node_id) for e in refused.value.errors] == [
        ("reserved_input_name", None, reserved),
        ("link_to_unknown_node", f"sub_graphs.{sub.id}", sub.nodes[0]["id"]),
    ]


def test_nodes_of_one_id_are_refused() -> None:
    g = calculator()
    g.nodes.append(g.nodes[0])
    with pytest.raises(InvalidGraph) as refused:
        arrive(g)

    [error] = refused.value.errors
    assert (error.code, error.node_id) == ("duplicate_node_id", g.nodes[0]["id"])
    assert error.detail == (
        f"2 nodes have the id {g.nodes[0]['id']!r}. Give each node an id of its own."
    )


def test_graphs_beyond_the_limits_are_refused(settings: Settings) -> None:
    settings.GRAPHS = {"max_nodes": 2, "max_links": 1}
    with pytest.raises(InvalidGraph) as refused:
        arrive(calculator())

    assert [(e.code, e.attr, e.detail) for e in refused.value.errors] == [
        (
            "too_many_nodes",
            "nodes",
            "The graph has 3 nodes; 2 are allowed. Move a part of it into an agent of its own.",
        ),
        (
            "too_many_links",
            "links",
            "The graph has 2 links; 1 are allowed. Move a part of it into an agent of its own.",
        ),
    ]


def test_a_file_with_more_sub_agents_than_anyone_needs_is_refused() -> None:
    g = calculator()
    g.sub_graphs = [{"id": str(number), "nodes": []} for number in range(1_001)]
    with pytest.raises(InvalidGraph) as refused:
        arrive(g)

    [error] = refused.value.errors
    assert (error.code, error.attr) == ("too_many_sub_agents", "sub_graphs")
    assert error.detail == "The file has 1,001 sub-agents; 1,000 are allowed."


def test_what_arrives_is_what_the_file_says_but_for_its_ids() -> None:
    g = calculator()
    [arrival] = arrive(g)
    links = [
        {**link, "is_static": static} for link, static in zip(g.links, [True, False], strict=True)
    ]

    assert canonical(arrival.document) == canonical({"nodes": g.nodes, "links": links})
