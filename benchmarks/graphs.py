"""The agents that are measured, in the exchange format."""

from itertools import pairwise
from typing import Any
from uuid import uuid4

from benchmarks.blocks import FETCH, FIBO_CPU, FIBO_IO, GATE
from blocks.sdk import registry

Json = dict[str, Any]


def chain(length: int) -> Json:
    """Return an agent in which each node hands a value to the next."""
    nodes = [_trivial() for _ in range(length)]
    nodes[0]["input_default"]["value"] = "x"
    return _agent(
        f"Chain of {length}", nodes, [_link(a, "value", b, "value") for a, b in pairwise(nodes)]
    )


def fan_out(width: int) -> Json:
    """Return an agent in which one node feeds so many, and one node waits for all of them."""
    source = _trivial(value="x")
    middle = [_trivial() for _ in range(width)]
    join = _node(_id("CreateListBlock"))
    links = [_link(source, "value", one, "value") for one in middle]
    links += [_link(one, "value", join, f"values_$_{number}") for number, one in enumerate(middle)]
    return _agent(f"Fan-out of {width}", [source, *middle, join], links)


def wide(width: int) -> Json:
    """Return an agent of so many nodes of which the first feeds all others."""
    source, *others = [_trivial() for _ in range(width)]
    source["input_default"]["value"] = "x"
    return _agent(
        f"Width of {width}", [source, *others], [_link(source, "value", b, "value") for b in others]
    )


def fibonacci(times: int, n: int, *, cpu: bool) -> Json:
    """Return a chain whose nodes compute a Fibonacci number each."""
    nodes = [_node(FIBO_CPU if cpu else FIBO_IO, n=n) for _ in range(times)]
    return _agent(
        f"{times} × fibo({n})", nodes, [_link(a, "result", b, "after") for a, b in pairwise(nodes)]
    )


def waiting(width: int, port: int) -> Json:
    """Return an agent in which one node starts so many that wait for a slow server."""
    source = _trivial(value="x")
    others = [_node(FETCH, port=port) for _ in range(width)]
    return _agent(
        f"{width} that wait",
        [source, *others],
        [_link(source, "value", b, "after") for b in others],
    )


def asking(length: int) -> Json:
    """Return a chain of nodes that ask the instance's model, each with what the one before said."""
    nodes = [_asks() for _ in range(length)]
    nodes[0]["input_default"]["prompt"] = "Hello"
    links = [_link(a, "response", b, "prompt") for a, b in pairwise(nodes)]
    return _agent(f"{length} questions in a chain", nodes, links)


def asking_at_once(width: int) -> Json:
    """Return an agent of so many nodes that ask the instance's model at once."""
    nodes = [_asks(prompt="Hello") for _ in range(width)]
    return _agent(f"{width} questions at once", nodes, [])


def _asks(**pins: Any) -> Json:
    return _node(_id("AITextGeneratorBlock"), **pins)


def gated(length: int, port: int) -> Json:
    """Return a chain of nodes that take a while each, behind a gate whose key is an input."""
    key = _node(_id("AgentInputBlock"), name="gate")
    gate = _node(GATE)
    nodes = [_node(FETCH, port=port) for _ in range(length)]
    links = [_link(key, "result", gate, "key"), _link(gate, "value", nodes[0], "after")]
    links += [_link(a, "status", b, "after") for a, b in pairwise(nodes)]
    return _agent(f"Gate and chain of {length}", [key, gate, *nodes], links)


def _trivial(**pins: Any) -> Json:
    return _node(_id("UniversalTypeConverterBlock"), type="string", **pins)


def _id(block: str) -> str:
    [spec] = [spec for spec in registry if spec.name == block]
    return str(spec.id)


def _node(block_id: str, **pins: Any) -> Json:
    return {"id": str(uuid4()), "block_id": block_id, "input_default": pins}


def _link(source: Json, out: str, sink: Json, into: str) -> Json:
    ends = {"source_id": source["id"], "sink_id": sink["id"]}
    return {"id": str(uuid4()), **ends, "source_name": out, "sink_name": into}


def _agent(name: str, nodes: list[Json], links: list[Json]) -> Json:
    return {"name": name, "nodes": nodes, "links": links}
