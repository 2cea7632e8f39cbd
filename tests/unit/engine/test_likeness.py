"""Nodes are recognised across versions by what they are."""

from agents.engine.graph import Graph
from agents.engine.likeness import counterparts
from agents.graphs.codec import document_of, engine_graph, with_new_ids
from agents.graphs.exchange import read_file
from tests.support.graphs import GraphBuilder, calculator


def next_version(builder: GraphBuilder) -> Graph:
    """Return the graph as a saved version has it: every node under a new id."""
    return engine_graph(with_new_ids(document_of(read_file(builder.file()))))


def test_a_graph_is_like_itself() -> None:
    graph = calculator().graph()

    assert counterparts(graph, graph) == {node: node for node in graph.nodes}


def test_nodes_are_found_under_their_new_ids_in_order() -> None:
    builder = GraphBuilder()
    for _ in range(2):
        builder.link(builder.input("a"), "result", builder.node("CalculatorBlock", b=1), "a")
    old, new = builder.graph(), next_version(builder)

    assert not set(old.nodes) & set(new.nodes)
    assert counterparts(new, old) == dict(zip(new.nodes, old.nodes, strict=True))


def test_a_node_with_other_constants_or_links_is_another_node() -> None:
    builder = GraphBuilder()
    source, other = builder.input("a"), builder.input("b")
    constant = builder.node("CalculatorBlock", b=1)
    linked = builder.node("CalculatorBlock", b=2)
    builder.link(source, "result", constant, "a")
    builder.link(source, "result", linked, "a")
    old = builder.graph()
    builder.nodes[2]["input_default"]["b"] = 5
    builder.link(other, "result", linked, "b")
    new = builder.graph()

    assert counterparts(new, old) == {source: source, other: other}
    assert linked in new.nodes
    assert constant in new.nodes


def test_what_lies_before_a_node_does_not_matter_to_it() -> None:
    builder = calculator(add=1)
    source, total, sink = builder.graph().nodes
    old = builder.graph()
    builder.nodes[1]["input_default"]["b"] = 2
    new = builder.graph()

    assert counterparts(new, old) == {source: source, sink: sink}
    assert total not in counterparts(new, old)


def test_downstream_is_what_a_value_can_reach() -> None:
    builder = GraphBuilder()
    before, node = builder.input("a"), builder.node("CalculatorBlock", b=1)
    after, beside = builder.output("x"), builder.output("y")
    builder.link(before, "result", node, "a")
    builder.link(before, "result", beside, "value")
    builder.link(node, "result", after, "value")
    graph = builder.graph()
    ids = {str(one): one for one in graph.nodes}

    assert graph.downstream_of(ids[node]) == {node, after}
    assert graph.downstream_of(ids[before]) == {before, node, after, beside}
    builder.link(node, "result", node, "a")
    assert builder.graph().downstream_of(ids[node]) == {node, after}
