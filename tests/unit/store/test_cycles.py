"""Which circles of nodes end, and which cannot."""

from store.cycles import endless
from tests.support.graphs import GraphBuilder, calculator


def circle(*, ends: bool) -> GraphBuilder:
    g = GraphBuilder()
    step = g.node("CalculatorBlock", operation="Add", b=1)
    if ends:
        check = g.node("ConditionBlock", operator="<", value2=10)
        g.link(step, "result", check, "value1")
        g.link(check, "yes_output", step, "a")
    else:
        other = g.node("CalculatorBlock", operation="Add", b=2)
        g.link(step, "result", other, "a")
        g.link(other, "result", step, "a")
    return g


def test_a_circle_in_which_nothing_chooses_is_endless() -> None:
    [found] = endless(circle(ends=False).graph())

    assert len(found) == 2


def test_a_circle_with_a_condition_may_end() -> None:
    assert list(endless(circle(ends=True).graph())) == []


def test_a_node_that_feeds_itself_is_endless() -> None:
    g = GraphBuilder()
    step = g.node("CalculatorBlock", operation="Add", b=1)
    g.link(step, "result", step, "a")

    assert [len(found) for found in endless(g.graph())] == [1]


def test_a_chain_is_no_circle() -> None:
    assert list(endless(calculator().graph())) == []


def test_a_very_long_circle_is_found_without_recursion() -> None:
    g = GraphBuilder()
    steps = [g.node("CalculatorBlock", operation="Add", b=1) for _ in range(3000)]
    for one, other in zip(steps, [*steps[1:], steps[0]], strict=True):
        g.link(one, "result", other, "a")

    assert [len(found) for found in endless(g.graph())] == [3000]
