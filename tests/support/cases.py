"""Graphs with the results they must have, whoever runs them: in memory or on PostgreSQL.

Each case is a row of `CASES`. The order of node executions is that of a single worker which takes
them as they became ready; where the order matters to the result, the case says so in its name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.graphs import GraphBuilder, calculator


@dataclass(frozen=True)
class Case:
    """A graph, what it is given, and what must come of it."""

    name: str
    build: Callable[[], GraphBuilder]
    outputs: Mapping[str, list[Any]]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    status: str = "COMPLETED"
    left_over: Mapping[str, list[list[str]]] = field(default_factory=dict)
    """By title of the block: for each node execution that never ran, the pins that arrived."""
    failures: Mapping[str, str] = field(default_factory=dict)
    """By title of the block: the code of its failure."""


def relay(g: GraphBuilder, source: str, pin: str) -> str:
    """Hand on what a pin emits, as a stream that is not static; it comes out on `output`."""
    node = g.node("PrintToConsoleBlock")
    g.link(source, pin, node, "text")
    return node


def values(g: GraphBuilder, *given: Any, fail: str = "") -> str:
    """Add a starting node that emits the values on `out`."""
    return g.node("Emit", values=list(given), fail=fail)


def shown(g: GraphBuilder, source: str, pin: str, name: str = "out") -> str:
    """Show what a pin emits as an output of the agent."""
    sink = g.output(name)
    g.link(source, pin, sink, "value")
    return sink


def add(g: GraphBuilder, **pins: Any) -> str:
    return g.node("CalculatorBlock", operation="Add", **pins)


def dividing(*, handled: bool, operation: str = "Divide", b: float = 0) -> GraphBuilder:
    g = GraphBuilder()
    source = g.input("Input")
    divide = g.node("CalculatorBlock", operation=operation, b=b)
    g.link(source, "result", divide, "a")
    shown(g, divide, "result", "Output")
    if handled:
        shown(g, divide, "error", "Problem")
    return g


def iterator_meets_static(*, static_last: bool) -> GraphBuilder:
    g = GraphBuilder()
    if not static_last:
        constant = g.input("b", value=10)
    items = g.node("StepThroughItemsBlock", items=[1, 2, 3])
    if static_last:
        constant = g.input("b", value=10)
        for _ in range(3):  # far behind the items
            store = g.node("StoreValueBlock")
            g.link(constant, "result" if _ == 0 else "output", store, "input")
            constant = store
    total = add(g)
    g.link(items, "item", total, "a")
    g.link(constant, "output" if static_last else "result", total, "b")
    shown(g, total, "result", "sums")
    return g


def three_meet_two() -> GraphBuilder:
    g = GraphBuilder()
    total = add(g)
    g.link(values(g, 1, 2, 3), "out", total, "a")
    g.link(values(g, 10, 20), "out", total, "b")
    shown(g, total, "result", "sums")
    return g


def accumulate() -> GraphBuilder:
    g = GraphBuilder()
    seed = g.node("CreateListBlock", values=[0])
    items = g.node("StepThroughItemsBlock", items=["a", "b", "c"])
    grow = g.node("AddToListBlock")
    g.link(seed, "list", grow, "list")
    g.link(grow, "updated_list", grow, "list")
    g.link(items, "item", grow, "entry")
    shown(g, grow, "updated_list", "lists")
    return g


def find_in_list(wanted: str) -> GraphBuilder:
    g = GraphBuilder()
    find = g.node("FindInListBlock", list=["a", "b"], value=wanted)
    for pin in ("index", "found", "not_found_value"):
        shown(g, find, pin, pin)
    return g


def two_statics_into_one_pin() -> GraphBuilder:
    g = GraphBuilder()
    first, second = g.input("first", value=10), g.input("second", value=20)
    items = values(g, 1, 2, 3)
    total = add(g)
    g.link(first, "result", total, "b")
    g.link(second, "result", total, "b")
    g.link(items, "out", total, "a")
    shown(g, total, "result", "sums")
    return g


def linked_pin_with_default() -> GraphBuilder:
    g = GraphBuilder()
    total = add(g, a=1, b=100)
    g.link(g.input("never"), "result", total, "b")
    shown(g, total, "result")
    return g


def null_by_name_and_by_path() -> GraphBuilder:
    g = GraphBuilder()
    holder = values(g, ["out", None], ["other", {"a": None, "b": [None]}])
    shown(g, holder, "out", "by name")
    shown(g, holder, "other_#_a", "by key")
    shown(g, holder, "other_#_b_$_0", "by index")
    return g


def paths_out() -> GraphBuilder:
    g = GraphBuilder()
    holder = values(g, {"a": {"b": [10, {"c": 20}]}}, [1, 2], "text")
    for path in ("_#_a_#_b_$_0", "_#_a_#_b_$_1_#_c", "_#_a_@_b", "_$_1", "_$_9", "_#_zzz", "_@_a"):
        shown(g, holder, f"out{path}", path)
    return g


def paths_in() -> GraphBuilder:
    g = GraphBuilder()
    make = g.node("CreateDictionaryBlock", values={"kept": 0, "deep": {"old": 1}})
    g.link(values(g, "one"), "out", make, "values_#_key")
    g.link(values(g, "two"), "out", make, "values_@_attribute")
    g.link(values(g, "three"), "out", make, "values_#_deep_#_list_$_1")
    shown(g, make, "dictionary")
    return g


def whole_and_part() -> GraphBuilder:
    g = GraphBuilder()
    make = g.node("CreateDictionaryBlock")
    g.link(values(g, {"a": 1, "b": 1}), "out", make, "values")
    g.link(values(g, 2), "out", make, "values_#_b")
    shown(g, make, "dictionary")
    return g


def texts_by_index() -> GraphBuilder:
    g = GraphBuilder()
    join = g.node("CombineTextsBlock", {"input_$_1": "-"})
    g.link(values(g, "left"), "out", join, "input_$_0")
    g.link(values(g, "right"), "out", join, "input_$_2")
    shown(g, join, "output")
    return g


def double_link() -> GraphBuilder:
    g = GraphBuilder()
    source, sink = values(g, 1, 2), g.output("out")
    for _ in range(2):
        g.link(source, "out", sink, "value")
    return g


def two_links_into_one_pin() -> GraphBuilder:
    g = GraphBuilder()
    sink = g.node("PrintToConsoleBlock")
    g.link(values(g, "a"), "out", sink, "text")
    g.link(values(g, "b", "c"), "out", sink, "text")
    shown(g, sink, "output")
    return g


def two_pins_into_one() -> GraphBuilder:
    g = GraphBuilder()
    source, sink = values(g, ["out", 1], ["other", 2], ["out", 3]), g.output("out")
    g.link(source, "other", sink, "value")
    g.link(source, "out", sink, "value")
    return g


def notes() -> GraphBuilder:
    g = GraphBuilder()
    source = values(g, 1)
    note = g.node("NoteBlock", text="Read me")
    g.link(source, "out", note, "text")
    shown(g, note, "output", "never")
    shown(g, source, "out")
    return g


def counting_loop() -> GraphBuilder:
    g = GraphBuilder()
    test = g.node("ConditionBlock", operator="<", value2=3)
    step = add(g, b=1)
    g.link(relay(g, values(g, 0), "out"), "output", test, "value1")
    g.link(test, "yes_output", step, "a")
    g.link(step, "result", test, "value1")
    shown(g, step, "result", "counted")
    shown(g, test, "result", "again")
    return g


def failure_beside_success(*, handled: bool) -> GraphBuilder:
    g = GraphBuilder()
    failing = values(g, 1, 2, fail="It broke.")
    shown(g, failing, "out", "before")
    if handled:
        shown(g, failing, "error", "problem")
    shown(g, relay(g, values(g, 3), "out"), "output", "beside")
    return g


def failing_one_of_three() -> GraphBuilder:
    g = GraphBuilder()
    divide = g.node("CalculatorBlock", operation="Divide", a=6)
    g.link(values(g, 1, 0, 3), "out", divide, "b")
    shown(g, divide, "result")
    shown(g, divide, "error", "errors")
    return g


def misfit_waits() -> GraphBuilder:
    g = GraphBuilder()
    make = g.node("AddToListBlock", entry="x")
    g.link(values(g, 0, "three", 1), "out", make, "position")
    shown(g, make, "updated_list")
    condition = g.node("ConditionBlock", value1=1, value2=1)
    g.link(values(g, "==", "~~", "!="), "out", condition, "operator")
    shown(g, condition, "result", "held")
    return g


def declared_static() -> GraphBuilder:
    """Return a graph whose file says that a link is static though its block is not."""
    g = GraphBuilder()
    total = add(g)
    g.link(values(g, 10), "out", total, "b", static=True)
    g.link(values(g, 1, 2), "out", total, "a")
    shown(g, total, "result", "sums")
    return g


def formatted_output() -> GraphBuilder:
    g = GraphBuilder()
    sink = g.output("city", format="Dear {{ city }}")
    g.link(values(g, "Lisbon"), "out", sink, "value")
    return g


def odd_value(kind: str, *, handled: bool = False) -> GraphBuilder:
    g = GraphBuilder()
    source = g.node("Odd", kind=kind)
    shown(g, source, "out")
    if handled:
        shown(g, source, "error", "error")
    return g


def sub_agent(child: GraphBuilder, *, handled: bool = False, **inputs: Any) -> GraphBuilder:
    """Return a graph that runs another one, with its outputs shown under their own names."""
    g = GraphBuilder("Parent")
    node = g.agent(child, **inputs)
    for name in [one["input_default"]["name"] for one in child.nodes if _is_output(one)]:
        shown(g, node, name, name)
    if handled:
        shown(g, node, "error", "error")
    return g


def _is_output(node: Mapping[str, Any]) -> bool:
    return bool(node["block_id"] == "363ae599-353e-4804-937e-b2ee3cef3da4")


LATE = [["a"], ["a"], ["a"]]

CASES = (
    Case("calculator", calculator, {"Output": [42.0]}, {"Input": 8}),
    Case("calculator given text", calculator, {"Output": [42.0]}, {"Input": "8"}),
    Case("calculator given no number", calculator, {"Output": [34.0]}, {"Input": "abc"}),
    Case("calculator given nothing", calculator, {}),
    Case("unknown inputs are ignored", calculator, {"Output": [35.0]}, {"Input": 1, "zzz": 2}),
    Case(
        "a static value is used again",
        lambda: iterator_meets_static(static_last=False),
        {"sums": [11.0, 12.0, 13.0]},
    ),
    Case(
        "a static value that comes last releases all",
        lambda: iterator_meets_static(static_last=True),
        {"sums": [11.0, 12.0, 13.0]},
    ),
    Case(
        "three values meet two",
        three_meet_two,
        {"sums": [11.0, 22.0]},
        left_over={"Calculator": [["a"]]},
    ),
    Case(
        "a list is accumulated in a loop",
        accumulate,
        {"lists": [[0, "a"], [0, "a", "b"], [0, "a", "b", "c"]]},
        left_over={"Add To List": [["list"]]},
    ),
    Case(
        "division by zero fails the run",
        lambda: dividing(handled=False),
        {},
        {"Input": 1},
        status="FAILED",
        failures={"Calculator": "block_failed"},
    ),
    Case(
        "division by zero that is handled",
        lambda: dividing(handled=True),
        {"Problem": ["Division by zero has no result."]},
        {"Input": 1},
        failures={"Calculator": "block_failed"},
    ),
    Case(
        "a result beyond all numbers",
        lambda: dividing(handled=True, operation="Multiply", b=1e308),
        {"Problem": ["The result is too large for a number."]},
        {"Input": 10},
        failures={"Calculator": "block_failed"},
    ),
    Case("found in a list", lambda: find_in_list("b"), {"index": [1], "found": [True]}),
    Case(
        "not found in a list",
        lambda: find_in_list("z"),
        {"found": [False], "not_found_value": ["z"]},
    ),
    Case(
        "two static values: the last one started is remembered",
        two_statics_into_one_pin,
        {"sums": [11.0, 22.0, 23.0]},
    ),
    Case(
        "a linked pin waits in spite of its default",
        linked_pin_with_default,
        {},
    ),
    Case(
        "null goes out by name, not by path",
        null_by_name_and_by_path,
        {"by name": [None]},
    ),
    Case(
        "dynamic output pins",
        paths_out,
        {
            "_#_a_#_b_$_0": [10],
            "_#_a_#_b_$_1_#_c": [20],
            "_#_a_@_b": [[10, {"c": 20}]],
            "_@_a": [{"b": [10, {"c": 20}]}],
            "_$_1": [2],
        },
    ),
    Case(
        "dynamic input pins extend the default",
        paths_in,
        {
            "out": [
                {
                    "kept": 0,
                    "deep": {"old": 1, "list": [None, "three"]},
                    "key": "one",
                    "attribute": "two",
                }
            ]
        },
    ),
    Case("a part of a pin beside the whole", whole_and_part, {"out": [{"a": 1, "b": 2}]}),
    Case("list items by index", texts_by_index, {"out": ["left-right"]}),
    Case("a double link delivers once", double_link, {"out": [1, 2]}),
    Case("two links into one pin", two_links_into_one_pin, {"out": ["a", "b", "c"]}),
    Case("two pins into one, in the order of emission", two_pins_into_one, {"out": [1, 2, 3]}),
    Case("notes neither run nor receive", notes, {"out": [1]}),
    Case(
        "a cycle with an exit",
        counting_loop,
        {"counted": [1.0, 2.0, 3.0], "again": [True, True, True, False]},
    ),
    Case(
        "a failure keeps what was emitted and lets others end",
        lambda: failure_beside_success(handled=False),
        {"before": [1, 2], "beside": [3]},
        status="FAILED",
        failures={"Emit": "block_failed"},
    ),
    Case(
        "a handled failure",
        lambda: failure_beside_success(handled=True),
        {"before": [1, 2], "beside": [3], "problem": ["It broke."]},
        failures={"Emit": "block_failed"},
    ),
    Case(
        "one of three fails",
        failing_one_of_three,
        {"out": [6.0, 2.0], "errors": ["Division by zero has no result."]},
        failures={"Calculator": "block_failed"},
    ),
    Case(
        "values that do not fit wait with their reason",
        misfit_waits,
        {"out": [["x"], ["x"], ["x"]], "held": [True, False]},
        left_over={"Condition": [["operator"]]},
    ),
    Case("a link that its file calls static", declared_static, {"sums": [11.0, 12.0]}),
    Case("outputs are told unformatted", formatted_output, {"city": ["Lisbon"]}),
    *(
        Case(
            f"not JSON: {kind}",
            lambda kind=kind: odd_value(kind),  # type: ignore[misc]
            {"out": ["good"]},
            status="FAILED",
            failures={"Odd": "output_not_json"},
        )
        for kind in (
            "nan",
            "infinity",
            "minus infinity",
            "object",
            "not utf-8",
            "deep",
            "endless digits",
        )
    ),
    Case(
        "a sub-agent streams",
        lambda: sub_agent(iterator_meets_static(static_last=False)),
        {"sums": [11.0, 12.0, 13.0]},
    ),
    Case(
        "a sub-agent is given inputs",
        lambda: sub_agent(calculator(), Input="8"),
        {"Output": [42.0]},
    ),
    Case(
        "a sub-agent that fails fails its parent",
        lambda: sub_agent(failure_beside_success(handled=False)),
        {"before": [1, 2], "beside": [3]},
        status="FAILED",
        failures={"Agent Executor": "sub_agent_failed"},
    ),
    Case(
        "a sub-agent that handles its failure",
        lambda: sub_agent(failure_beside_success(handled=True)),
        {"before": [1, 2], "beside": [3], "problem": ["It broke."]},
    ),
    Case(
        "a sub-agent in a sub-agent",
        lambda: sub_agent(sub_agent(calculator(), Input=1)),
        {"Output": [35.0]},
    ),
)
