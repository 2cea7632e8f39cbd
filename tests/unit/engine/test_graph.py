"""Graphs: lookups, starting nodes, static and double links."""

from agents.engine.graph import Graph, Link, Node
from agents.engine.ids import NodeId, PinName
from blocks.sdk import BlockKind
from tests.support.graphs import GraphBuilder, block_named, calculator


def link(source: str, source_name: str, sink: str, sink_name: str, *, static: bool = False) -> Link:
    return Link(
        NodeId(source), NodeId(sink), PinName(source_name), PinName(sink_name), is_static=static
    )


def node(id: str, block: str = "AddToListBlock", **values: object) -> Node:
    spec = block_named(block)
    return Node(NodeId(id), str(spec.id), spec, values)


def test_links_are_found_by_both_their_ends() -> None:
    g = GraphBuilder()
    source = g.input("a")
    sum = g.node("CalculatorBlock", operation="Add")
    g.link(source, "result", sum, "a")
    g.link(source, "result", sum, "b")
    graph = g.graph()

    assert [link.sink_name for link in graph.out_of(NodeId(source))] == ["a", "b"]
    assert [link.sink_name for link in graph.into(NodeId(sum))] == ["a", "b"]
    assert graph.into(NodeId(source)) == ()
    assert graph.out_of(NodeId("nowhere")) == ()


def test_double_links_count_once_and_the_first_stays() -> None:
    graph = Graph.build(
        [node("a"), node("b")],
        [
            link("a", "updated_list", "b", "entry"),
            link("a", "updated_list", "b", "list"),
            link("a", "updated_list", "b", "entry"),
        ],
    )

    assert [link.sink_name for link in graph.links] == ["entry", "list"]


def test_links_out_of_a_static_block_are_static_whatever_they_said() -> None:
    graph = calculator().graph()

    assert [(link.source_name, link.is_static) for link in graph.links] == [
        ("result", True),
        ("result", False),
    ]


def test_a_link_that_says_it_is_static_stays_so() -> None:
    graph = Graph.build(
        [node("a"), node("b")], [link("a", "updated_list", "b", "entry", static=True)]
    )

    assert graph.links[0].is_static is True


def test_a_link_from_nowhere_is_kept_for_validation_to_find() -> None:
    graph = Graph.build([node("a")], [link("gone", "x", "a", "entry")])

    assert graph.links == (link("gone", "x", "a", "entry"),)


def test_a_run_starts_with_inputs_and_with_what_no_link_leads_to() -> None:
    g = GraphBuilder()
    first = g.input("a")
    loose = g.node("GetCurrentTimeBlock", trigger="now")
    g.node("NoteBlock", text="not run")
    sink = g.output("b")
    g.link(first, "result", sink, "value")
    linked_input = g.input("c")
    g.link(first, "result", linked_input, "value")

    assert [node.id for node in g.graph().starting_nodes] == [first, loose, linked_input]


def test_an_error_is_handled_where_a_link_leaves_the_error_pin() -> None:
    g = GraphBuilder()
    handled = g.node("CalculatorBlock", operation="Divide", a=1, b=0)
    other = g.node("CalculatorBlock", operation="Divide", a=1, b=0)
    sink = g.output("why")
    g.link(handled, "error", sink, "value")
    g.link(other, "result", sink, "value")
    graph = g.graph()

    assert graph.handles_error(NodeId(handled)) is True
    assert graph.handles_error(NodeId(other)) is False


def test_a_node_without_a_known_block_is_a_placeholder() -> None:
    placeholder = Node(NodeId("a"), "00000000-0000-0000-0000-000000000000", None)

    assert placeholder.kind is BlockKind.UNKNOWN
    assert placeholder.title == "Unknown block"


def test_a_node_is_called_by_its_authors_name_or_by_its_blocks() -> None:
    spec = block_named("CalculatorBlock")
    named = Node(NodeId("a"), str(spec.id), spec, metadata={"customized_name": "Sum"})
    blank = Node(NodeId("b"), str(spec.id), spec, metadata={"customized_name": "  "})
    odd = Node(NodeId("c"), str(spec.id), spec, metadata={"customized_name": 7})

    assert [n.title for n in (named, blank, odd)] == ["Sum", "Calculator", "Calculator"]


def test_a_node_that_runs_an_agent_defaults_to_the_inputs_it_holds() -> None:
    new = node("a", "AgentExecutorBlock", graph_id="g", inputs={"x": 1})
    old = node("b", "AgentExecutorBlock", graph_id="g", data={"x": 2})
    odd = node("c", "AgentExecutorBlock", graph_id="g", inputs="text")

    assert [dict(n.defaults) for n in (new, old, odd)] == [{"x": 1}, {"x": 2}, {}]
