"""The tools of a node whose model uses them within its own block."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agents.engine import readiness
from agents.engine.graph import Graph, Node
from agents.engine.ids import NodeId
from agents.engine.readiness import NotReady
from agents.engine.tools import tools_of
from agents.executions import blockcall
from blocks.sdk import BlockError, BlockKind, RunContext
from blocks.sdk.tools import ToolNode, ToolUnusable

MOST_VALUES = 1_000

Inside = Callable[[Node, Mapping[str, Any]], RunContext]
"""Returns the context in which a tool's block runs."""


class RunTools:
    """Satisfies ``Tools``."""

    def __init__(self, graph: Graph, node: NodeId, inside: Inside) -> None:
        self._graph = graph
        self._node = node
        self._inside = inside

    def all(self) -> Sequence[ToolNode]:
        return tools_of(self._graph, self._node)

    def run(self, tool: ToolNode, values: Mapping[str, Any]) -> Mapping[str, Sequence[Any]]:
        node = self._graph.nodes[NodeId(tool.node_id)]
        check(node)
        arrived = {tool.fields[name]: value for name, value in values.items()}
        verdict = readiness.fit(node, arrived)
        if isinstance(verdict, NotReady):
            raise BlockError(f"The values do not fit: {verdict.sentence()}.")
        found: dict[str, list[Any]] = {}
        emitted = blockcall.emissions(node, verdict.data, self._inside(node, verdict.data))
        for number, (pin, value) in enumerate(emitted):
            if number == MOST_VALUES:
                raise BlockError(f"The block gave more than {MOST_VALUES:,} values.")
            found.setdefault(pin, []).append(value)
        return found


def check(node: Node) -> None:
    """Raise ToolUnusable where the node's block cannot run within another one.

    That may be run again from its beginning, so that nothing in it may act on the world; and it has no
    row for what would have to wait.
    """
    block = node.block
    is_fine = (
        block is not None
        and block.kind is BlockKind.STANDARD
        and block.queue == "io"
        and block.effect != "external"
        and not block.sensitive
    )
    if not is_fine:
        raise ToolUnusable(
            f"{node.title!r} cannot run inside of the model's node: it waits, computes, acts on the world or"
            " is an agent. Set `agent_mode_max_iterations` to 0, and link its output to `last_tool_output`"
            " and `conversations` to `conversation_history`."
        )
