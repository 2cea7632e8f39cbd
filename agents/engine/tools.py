"""Nodes as tools of a model: those that links from a pin `tools` lead to.

Each such node is one function. Its parameters are the pins that the links end at, by names that models
accept. What the model gives for them goes out on the pin ``tools_^_{node}_~_{pin}``, and along the link that ends
there and no other, whatever the link says of where it begins: files of different years say it differently.
"""

import re
from collections.abc import Mapping
from typing import Any

from agents.engine import pins
from agents.engine.graph import Graph, Link, Node
from agents.engine.ids import NodeId, PinName
from blocks.sdk import BlockKind
from blocks.sdk.tools import ToolNode
from llm.history import pending_calls

HISTORY, OUTPUT = PinName("conversation_history"), PinName("last_tool_output")
LOOP = frozenset({HISTORY, OUTPUT})
"""Inputs by which such a block hears of its tools: it begins without them."""
START = "tools_^_"
ODD = re.compile(r"[^a-zA-Z0-9_-]")
LONGEST_NAME = 64


def pin_of(tool: str, field: str) -> PinName:
    """Return the output pin on which what the model gives for a tool's pin goes out."""
    return PinName(f"{START}{tool}_~_{field}")


def reaches(pin: str, link: Link) -> bool:
    """Return whether a link carries what goes out on a tool's pin."""
    return pins.base(link.source_name) == pins.TOOLS and pin == pin_of(link.sink_id, link.sink_name)


def tools_of(graph: Graph, node: NodeId) -> tuple[ToolNode, ...]:
    """Return the tools of a node, in the order of its links."""
    fields: dict[NodeId, list[PinName]] = {}
    for link in graph.out_of(node):
        if pins.base(link.source_name) == pins.TOOLS:
            fields.setdefault(link.sink_id, []).append(link.sink_name)
    found: dict[str, ToolNode] = {}
    for id, names in fields.items():
        tool = _tool(graph.nodes[id], names, taken=found)
        found[tool.name] = tool
    return tuple(found.values())


def still_waits(data: Mapping[str, Any], arrived: Mapping[str, Any]) -> str:
    """Return what a node waits for whose loop is not complete; "" where it can run.

    With calls of its model that nobody answered it waits for an answer, and with an answer for the
    conversation in which it was called for.
    """
    history = data.get(HISTORY)
    is_pending = bool(pending_calls(history if isinstance(history, list) else []))
    if is_pending and OUTPUT not in arrived:
        return OUTPUT
    if OUTPUT in arrived and not is_pending:
        return HISTORY
    return ""


def _tool(node: Node, names: list[PinName], taken: Mapping[str, Any]) -> ToolNode:
    parameters = {_clean(name): _schema(node, name) for name in names}
    return ToolNode(
        node_id=node.id,
        name=_fresh(_clean(node.title), taken),
        description=_description(node),
        fields={_clean(name): str(name) for name in names},
        parameters={
            "type": "object",
            "properties": parameters,
            "required": [_clean(name) for name in names if _is_required(node, name)],
        },
    )


def _clean(text: str) -> str:
    return ODD.sub("_", text.lower())[:LONGEST_NAME] or "_"


def _fresh(name: str, taken: Mapping[str, Any]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name[: LONGEST_NAME - 5]}_{number}"
    return found


def _description(node: Node) -> str:
    if node.kind is BlockKind.AGENT:
        name = node.input_default.get("agent_name")
        return f"Runs the agent {name!r}." if isinstance(name, str) else "Runs an agent."
    return node.block.description if node.block else ""


def _schema(node: Node, name: PinName) -> dict[str, Any]:
    """Return the JSON Schema of a pin, without what models do not read; a part of a pin is text."""
    if pins.is_dynamic(name):
        return {"type": "string"}
    if node.kind is BlockKind.AGENT:
        schema = node.input_default.get("input_schema")
        properties = schema.get("properties") if isinstance(schema, Mapping) else None
        known = properties.get(name) if isinstance(properties, Mapping) else None
    else:
        known = node.block.inputs.json_schema()["properties"].get(name) if node.block else None
    if not isinstance(known, Mapping) or "$ref" in str(known):
        return {"type": "string"}
    kept = ("type", "description", "enum", "items", "anyOf", "additionalProperties", "properties")
    return {key: known[key] for key in kept if key in known} or {"type": "string"}


def _is_required(node: Node, name: PinName) -> bool:
    if pins.is_dynamic(name):
        return True
    if node.kind is BlockKind.AGENT:
        schema = node.input_default.get("input_schema")
        required = schema.get("required") if isinstance(schema, Mapping) else None
        return isinstance(required, list) and name in required
    field = node.block.inputs.pins().get(name) if node.block else None
    return field is None or field.is_required()
