"""A few words to write graphs in a test.

g = GraphBuilder()
a = g.input("a")
c = g.node("CalculatorBlock", operation="Add", b=34)
g.link(a, "result", c, "a")
g.file()   # the exchange format
g.graph()  # the engine's Graph
"""

from typing import Any
from uuid import UUID, uuid4

from agents.engine.graph import Graph
from agents.graphs.codec import document_of, engine_graph
from agents.graphs.exchange import read_file
from blocks.sdk import BlockSpec, registry
from kernel.jsontypes import JSONObject


def block_named(name: str) -> BlockSpec:
    """Return the registered block with this name, or raise LookupError."""
    import blocks.library  # noqa: F401 - registers the blocks

    for spec in registry:
        if spec.name == name:
            return spec
    raise LookupError(f"There is no block named {name!r}.")


class GraphBuilder:
    """Collects nodes and links; each method that adds a node returns its id."""

    def __init__(self, name: str = "An agent", *, id: str | None = None, version: int = 1) -> None:
        self.name = name
        self.id = id or str(uuid4())
        self.version = version
        self.nodes: list[JSONObject] = []
        self.links: list[JSONObject] = []
        self.sub_graphs: list[JSONObject] = []

    def node(self, block: str, values: JSONObject | None = None, /, **pins: Any) -> str:
        """Add a node with a block given by name or id; ``values`` are for unusual pin names."""
        return self.add(_block_id(block), {**(values or {}), **pins})

    def policy(self, node: str, **metadata: Any) -> None:
        """Give a node a policy: ``retry``, ``timeout_seconds``."""
        next(one for one in self.nodes if one["id"] == node)["metadata"].update(metadata)

    def add(self, block_id: str, input_default: JSONObject, *, title: str | None = None) -> str:
        """Add a node by its block's id, known or not."""
        id = str(uuid4())
        metadata: JSONObject = {"position": {"x": 300 * len(self.nodes), "y": 0}}
        metadata |= {"customized_name": title} if title else {}
        self.nodes.append(
            {"id": id, "block_id": block_id, "input_default": input_default, "metadata": metadata}
        )
        return id

    def input(self, name: str, value: Any = None, **pins: Any) -> str:
        """Add an agent input; it emits on `result`."""
        return self.node("AgentInputBlock", name=name, value=value, **pins)

    def output(self, name: str, **pins: Any) -> str:
        """Add an agent output; it takes `value`."""
        return self.node("AgentOutputBlock", name=name, **pins)

    def agent(self, sub: "GraphBuilder", **inputs: Any) -> str:
        """Add a node that runs another graph, and carry that graph along."""
        from agents.engine.schemas import input_schema, output_schema

        if sub is not self and all(graph["id"] != sub.id for graph in self.sub_graphs):
            self.sub_graphs.append(sub.file())
        return self.node(
            "AgentExecutorBlock",
            user_id="",
            graph_id=sub.id,
            graph_version=sub.version,
            inputs=inputs,
            input_schema=input_schema(sub.graph()),
            output_schema=output_schema(sub.graph()),
        )

    def link(
        self, source: str, source_name: str, sink: str, sink_name: str, *, static: bool = False
    ) -> None:
        """Add a link from an output pin to an input pin."""
        self.links.append(
            {
                "id": str(uuid4()),
                "source_id": source,
                "sink_id": sink,
                "source_name": source_name,
                "sink_name": sink_name,
                "is_static": static,
            }
        )

    def file(self) -> JSONObject:
        """Return the graph in the exchange format."""
        return {
            "id": self.id,
            "version": self.version,
            "is_active": True,
            "name": self.name,
            "description": "",
            "nodes": self.nodes,
            "links": self.links,
            "sub_graphs": self.sub_graphs,
        }

    def graph(self, *, with_pins: bool = False) -> Graph:
        """Return the graph as the engine sees it, with the ids that this builder gave."""
        return engine_graph(document_of(read_file(self.file())), with_pins=with_pins)

    def family(self) -> dict[str, Graph]:
        """Return the graph and every sub-agent that it carries, at any depth, by id."""
        files = read_file(self.file()).family().values()
        return {file.id: engine_graph(document_of(file)) for file in files}


def _block_id(block: str) -> str:
    try:
        return str(UUID(block))
    except ValueError:
        return str(block_named(block).id)


def calculator(name: str = "Calculator", add: float = 34) -> GraphBuilder:
    """Return the graph that adds a number to the input ``Input`` and gives ``Output``."""
    g = GraphBuilder(name)
    source = g.input("Input")
    sum = g.node("CalculatorBlock", operation="Add", b=add)
    sink = g.output("Output")
    g.link(source, "result", sum, "a")
    g.link(sum, "result", sink, "value")
    return g
