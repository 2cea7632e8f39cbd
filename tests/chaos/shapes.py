"""The graphs that run while everything is killed: each shape at random from a seeded chance.

Every input pin is fed by one stream, so that what a run computes is what `simulate` computes.
"""

import random
from collections.abc import Callable
from pathlib import Path

from tests.support.graphs import GraphBuilder

Shape = Callable[["Deeds"], GraphBuilder]


class Deeds:
    """Adds deeds to a graph: with random effects and queues, and with or without a pause."""

    def __init__(self, chance: random.Random, log: Path, *, acting: bool) -> None:
        self.chance = chance
        self.log = log
        self.effects = ["None", "Idempotent", *(["External"] if acting else [])]

    def add(self, g: GraphBuilder, /, **pins: object) -> str:
        effect = self.chance.choice(self.effects)
        queue = self.chance.choice(["Io", "Io", "Io", "Cpu"])
        pause = self.chance.choice([0, 0, 0.05, 0.3])
        return g.node(f"{effect}{queue}Deed", **{"log": str(self.log), "pause": pause, **pins})

    def light(self, g: GraphBuilder, source: str, pin: str, nodes: int) -> str:
        """Add a chain of blocks that workers may run in place; its last one emits on `one`."""
        for _ in range(nodes):
            node = g.node("Mix", salt=self.chance.randrange(10), many=0)
            g.link(source, pin, node, "a")
            source, pin = node, "one"
        return source

    def end(self, g: GraphBuilder, source: str, pin: str, name: str) -> None:
        g.link(source, pin, g.output(name), "value")


def chain(deeds: Deeds) -> GraphBuilder:
    """One after another; the middle one's failure goes on by its error pin."""
    g = GraphBuilder("Chain")
    last, pin = deeds.add(g, a="start"), "out"
    for number in range(deeds.chance.randint(3, 9)):
        broken = number == 2 and deeds.chance.random() < 0.4
        node = deeds.add(g, fail=broken)
        g.link(last, pin, node, "a")
        last, pin = node, "error" if broken else "out"
    deeds.end(g, last, pin, "end")
    return g


def stretches(deeds: Deeds) -> GraphBuilder:
    """Long chains of light blocks, from many values, between two deeds."""
    g = GraphBuilder("Stretches")
    source = deeds.add(g, a="x", many=deeds.chance.randint(2, 6))
    middle = deeds.add(g)
    g.link(deeds.light(g, source, "out", deeds.chance.randint(5, 20)), "one", middle, "a")
    deeds.end(g, deeds.light(g, middle, "out", deeds.chance.randint(5, 20)), "one", "end")
    return g


def fan(deeds: Deeds) -> GraphBuilder:
    """Many values through two branches that meet again, the n-th with the n-th."""
    g = GraphBuilder("Fan")
    many = deeds.chance.randint(4, 12)
    source = deeds.add(g, a="fan", many=many)
    left, right, join = deeds.add(g), deeds.add(g), deeds.add(g)
    g.link(source, "out", left, "a")
    g.link(source, "out", right, "a")
    g.link(left, "out", join, "a")
    g.link(right, "out", join, "b")
    deeds.end(g, join, "out", "pairs")
    return g


def cycle(deeds: Deeds) -> GraphBuilder:
    """A loop, whose every turn is told."""
    g = GraphBuilder("Cycle")
    seed = deeds.add(g, a=0)
    loop = deeds.add(g, most=deeds.chance.randint(3, 7))
    g.link(seed, "out_$_0", loop, "a")
    g.link(loop, "again", loop, "a")
    deeds.end(g, loop, "out", "turns")
    return g


def static(deeds: Deeds) -> GraphBuilder:
    """Many values, each with the same constant."""
    g = GraphBuilder("Static")
    source = deeds.add(g, a="s", many=deeds.chance.randint(2, 5))
    constant = g.input("constant", value="c")
    both = deeds.add(g)
    g.link(source, "out", both, "a")
    g.link(constant, "result", both, "b")
    deeds.end(g, both, "out", "both")
    return g


def sleepers(deeds: Deeds) -> GraphBuilder:
    """Two that sleep, and one that waits for both."""
    g = GraphBuilder("Sleepers")
    short = g.node("NoneIoDeed", log=str(deeds.log), a="short", sleep=0.5, many=2)
    long = g.node("IdempotentIoDeed", log=str(deeds.log), a="long", sleep=2.5, many=2)
    both = deeds.add(g)
    g.link(short, "out", both, "a")
    g.link(long, "out", both, "b")
    deeds.end(g, both, "out", "awake")
    return g


def family(deeds: Deeds) -> GraphBuilder:
    """An agent that runs for each of several values; it sleeps and has several outputs."""
    child = GraphBuilder("Child")
    entry = child.input("given")
    first, later = deeds.add(child), child.node("NoneIoDeed", log=str(deeds.log), sleep=1)
    child.link(entry, "result", first, "a")
    child.link(first, "out", later, "a")
    deeds.end(child, first, "out", "first")
    deeds.end(child, later, "out", "later")
    g = GraphBuilder("Family")
    source = deeds.add(g, a="f", many=2)
    agent = g.agent(child)
    after = deeds.add(g)
    g.link(source, "out", agent, "given")
    g.link(agent, "later", after, "a")
    deeds.end(g, after, "out", "later")
    deeds.end(g, agent, "first", "first")
    return g


def broken(deeds: Deeds) -> GraphBuilder:
    """A failure that nobody handles, beside a branch that goes on."""
    g = GraphBuilder("Broken")
    source = deeds.add(g, a="b", many=3)
    fails, goes_on = deeds.add(g, fail=True), deeds.add(g)
    g.link(source, "out", fails, "a")
    g.link(source, "out", goes_on, "a")
    deeds.end(g, goes_on, "out", "fine")
    return g


SHAPES: tuple[Shape, ...] = (chain, fan, stretches, cycle, static, sleepers, family, broken)


def draw(chance: random.Random, number: int, log: Path) -> GraphBuilder:
    """Return the graph of the n-th run: every shape in turn, every second time with acting nodes."""
    shape = SHAPES[number % len(SHAPES)]
    return shape(Deeds(chance, log, acting=number // len(SHAPES) % 2 == 1))
