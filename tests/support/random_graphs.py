"""Random graphs whose result does not depend on who runs what when.

Every input pin is fed by one stream of values: by one link, by links from one pin (their order is
that of the graph), or by a seed that comes before what a loop sends back. A static link carries at
most one value. Such a graph is a Kahn network, so its results are those of `simulate`.

A graph is first a plan, which is plain data: hypothesis makes it and, when a test fails, shrinks it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.support.graphs import GraphBuilder

MOST_VALUES = 12
"""That one stream may carry, so that a run stays small."""

JSON_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([0.5, 10**30, "", "7", "x", "[1, 2]", "na\u00efve \U0001f600", "\u0000"]),
    st.lists(st.integers(0, 3), max_size=3),
    st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 3), max_size=2),
)


@dataclass(frozen=True)
class Stream:
    """What comes out of a pin: which one, how many values at the most, and whether it is static."""

    node: int
    pin: str
    most: int
    static: bool = False


@dataclass(frozen=True)
class Wire:
    """A link into a pin of the node that lists it."""

    stream: Stream
    sink: str
    static: bool = False


@dataclass(frozen=True)
class NodePlan:
    """A node: its block, its constants and what is linked to it."""

    block: str
    values: dict[str, Any] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()
    back: tuple[tuple[int, str, str], ...] = ()
    """Links from this node to earlier ones: (sink, from pin, to pin)."""
    child: "Plan | None" = None
    disabled: bool = False
    pinned: dict[str, list[Any]] | None = None


@dataclass(frozen=True)
class Plan:
    """A graph as plain data, and what a run of it is given."""

    nodes: tuple[NodePlan, ...]
    inputs: dict[str, Any] = field(default_factory=dict)


def build(plan: Plan, name: str = "Random") -> GraphBuilder:
    """Return the graph of a plan."""
    g = GraphBuilder(name)
    ids: list[str] = []
    for number, node in enumerate(plan.nodes):
        if node.child is not None:
            ids.append(g.agent(build(node.child, f"Child of {name}"), **node.values))
        else:
            ids.append(g.node(node.block, node.values))
        for wire in node.wires:
            stream = wire.stream
            g.link(ids[stream.node], stream.pin, ids[number], wire.sink, static=wire.static)
        for sink, source_pin, sink_pin in node.back:
            g.link(ids[number], source_pin, ids[sink], sink_pin)
        if node.disabled:
            g.policy(ids[number], disabled=True)
        if node.pinned is not None:
            g.policy(ids[number], pinned=node.pinned)
    return g


class Planner:
    """Adds node after node to a plan; each may read what earlier ones give."""

    def __init__(self, draw: st.DrawFn, depth: int) -> None:
        self.draw = draw
        self.depth = depth
        self.nodes: list[NodePlan] = []
        self.streams: list[Stream] = []
        self.duds: list[Stream] = []  # which often carry nothing: what reads them often waits
        self.inputs: dict[str, Any] = {}

    def plan(self, size: int) -> Plan:
        """Return a plan of about that many nodes."""
        self.input()
        self.mix()
        kinds: list[Callable[[], None]] = [
            *[self.mix] * 4, self.step, self.sum, self.store, self.input,
            self.accumulator, self.counter, self.disabled,
        ]  # fmt: skip
        if self.depth:
            kinds.append(self.sub_agent)
        for _ in range(size):
            self.draw(st.sampled_from(kinds))()
        self.outputs()
        return Plan(tuple(self.nodes), self.inputs)

    # Kinds of nodes.

    def input(self) -> None:
        name = f"in{len(self.inputs)}"
        self.inputs[name] = self.draw(JSON_VALUES)
        node = self.add(NodePlan("AgentInputBlock", {"name": name}))
        self.give(node, "result", 1, static=True)

    def mix(self) -> None:
        values: dict[str, Any] = {"salt": self.draw(st.integers(0, 9))}
        values["fail_one_in"] = self.draw(st.sampled_from([0, 0, 2, 3]))
        wires = [
            wire
            for pin in ("a", "b", "fields_#_k", "fields_#_l", "items_$_0", "items_$_2")
            if self.draw(st.integers(0, 2)) == 0
            for wire in self.wires(pin)
        ]
        runs = runs_of(wires)
        values["many"] = self.draw(st.integers(0, min(3, MOST_VALUES // runs)))
        node = self.add(NodePlan("Mix", values, tuple(wires), pinned=self.pins()))
        for pin in ("one", "parts", "numbers", "parts_#_x", "parts_#_y_$_0"):
            self.give(node, pin, runs)
        for pin in ("maybe", "error", "parts_#_y_$_1"):  # the last one is null: never carried
            self.give(node, pin, runs, dud=True)
        self.give(node, "many", runs * max(values["many"], 1))

    def pins(self) -> dict[str, list[Any]] | None:
        """Return outputs to pin, no more than a run of the node may give; mostly none."""
        if self.draw(st.integers(0, 4)):
            return None
        pinned = {"one": [self.draw(JSON_VALUES)], "parts": [{"x": self.draw(JSON_VALUES)}]}
        return pinned | ({"error": ["pinned"]} if self.draw(st.booleans()) else {})

    def disabled(self) -> None:
        """Add a node that would disturb others, were it not disabled."""
        others = [number for number, node in enumerate(self.nodes) if node.block == "Mix"]
        pins = st.sampled_from(["a", "b", "fields_#_k", "items_$_0"])
        back = tuple((self.draw(st.sampled_from(others)), "one", self.draw(pins)) for _ in "12")
        wires = tuple(self.wires("a"))
        self.add(NodePlan("Mix", {"salt": 0, "many": 2}, wires, back, disabled=True))

    def step(self) -> None:
        wires = self.wires("items", most=2)
        node = self.add(NodePlan("StepThroughItemsBlock", {}, tuple(wires)))
        self.give(node, "item", runs_of(wires) * 4)
        self.give(node, "error", runs_of(wires), dud=True)

    def sum(self) -> None:
        wires = [*self.wires("a"), *self.wires("b")]
        operation = self.draw(st.sampled_from(["Add", "Divide", "Power"]))
        node = self.add(NodePlan("CalculatorBlock", {"operation": operation}, tuple(wires)))
        self.give(node, "result", runs_of(wires))
        self.give(node, "error", runs_of(wires), dud=True)

    def store(self) -> None:
        wires = self.wires("input", most=1)
        node = self.add(NodePlan("StoreValueBlock", {}, tuple(wires)))
        self.give(node, "output", 1, static=True)

    def accumulator(self) -> None:
        """Add a node that collects a stream in a list, which it sends back to itself."""
        seed = self.add(NodePlan("CreateListBlock", {"values": [self.draw(JSON_VALUES)]}))
        entries = self.wires("entry", static=False)  # a static one would go on for ever
        first = Wire(Stream(seed, "list", 1), "list")
        this = len(self.nodes)
        back = ((this, "updated_list", "list"),)
        self.add(NodePlan("AddToListBlock", {}, (first, *entries), back))
        self.give(this, "updated_list", runs_of(entries))

    def counter(self) -> None:
        """Add a cycle of two nodes that is left after a few rounds."""
        rounds = self.draw(st.integers(0, 3))
        seed = self.add(NodePlan("PrintToConsoleBlock", {"text": 0}))
        test = self.add(
            NodePlan(
                "ConditionBlock",
                {"operator": "<", "value2": rounds},
                (Wire(Stream(seed, "output", 1), "value1"),),
            )
        )
        loop = Wire(Stream(test, "yes_output", rounds), "a")
        back = ((test, "result", "value1"),)
        step = self.add(NodePlan("CalculatorBlock", {"operation": "Add", "b": 1}, (loop,), back))
        self.give(step, "result", max(rounds, 1))
        self.give(test, "result", rounds + 1)
        self.give(test, "no_output", 1)

    def sub_agent(self) -> None:
        child = Planner(self.draw, self.depth - 1).plan(self.draw(st.integers(0, 2)))
        wires = [wire for name in child.inputs for wire in self.wires(name, most=2)]
        node = self.add(NodePlan("AgentExecutorBlock", {}, tuple(wires), child=child))
        for one in child.nodes:
            if one.block == "AgentOutputBlock":
                self.give(node, one.values["name"], runs_of(wires) * one.wires[0].stream.most)

    def outputs(self) -> None:
        """Show some streams, and the last one anyhow."""
        streams = self.streams + self.duds
        shown = self.draw(st.lists(st.sampled_from(streams), min_size=1, max_size=4, unique=True))
        for number, stream in enumerate(dict.fromkeys([self.streams[-1], *shown])):
            values = {"name": f"out{number}"}
            self.add(NodePlan("AgentOutputBlock", values, (Wire(stream, "value"),)))

    # What they have in common.

    def add(self, node: NodePlan) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def give(
        self, node: int, pin: str, most: int, *, static: bool = False, dud: bool = False
    ) -> None:
        if most <= MOST_VALUES:
            (self.duds if dud else self.streams).append(Stream(node, pin, most, static))

    def wires(self, sink: str, most: int = MOST_VALUES, *, static: bool = True) -> list[Wire]:
        """Return what feeds a pin: one link, or two from one pin where that is not too much."""
        seldom = self.draw(st.integers(0, 7)) == 7
        fit = [
            [one for one in group if one.most <= most and (static or not one.static)]
            for group in (self.duds, self.streams)
        ]
        stream = self.draw(st.sampled_from(fit[0] if seldom and fit[0] else fit[1]))
        may_be = static and stream.most == 1
        static = stream.static or (may_be and self.draw(st.integers(0, 4)) == 0)
        first = Wire(stream, sink, static)
        if static or stream.pin != "parts" or 2 * stream.most > most or self.draw(st.booleans()):
            return [first]
        part = Stream(stream.node, "parts_#_x", stream.most)
        return [Wire(stream, sink), Wire(part, sink)]


def runs_of(wires: list[Wire]) -> int:
    """Return how often a node can run at the most: as often as its shortest stream has values."""
    by_pin: dict[str, int] = {}
    for wire in wires:
        if not wire.static:
            by_pin[wire.sink] = by_pin.get(wire.sink, 0) + wire.stream.most
    return max(1, min(by_pin.values(), default=1))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Return a plan; some have sub-agents, some of these have sub-agents too."""
    return Planner(draw, depth=draw(st.sampled_from([0, 0, 1, 2]))).plan(draw(st.integers(0, 8)))
