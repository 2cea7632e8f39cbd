"""Between the exchange format, the stored document and the engine's Graph.

A document is what a GraphVersion keeps: ``nodes`` and ``links`` in the exchange format's words,
with what older exports wrote differently brought up to date, and the file's unknown keys.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from agents.engine.graph import Graph, Link, Node, derive_links
from agents.engine.ids import NodeId, PinName
from agents.graphs import legacy
from agents.graphs.exchange import LONGEST_ID, GraphFile, NodeFile
from blocks.openapi.spec import carried
from blocks.sdk import BlockSpec, registry
from kernel.jsontypes import JSONObject

TOOL_PIN = "tools_^_"
OPERATION = "operation"
"""A node's key for the operation of an API that it calls; `agents.graphs.operations` fills it in."""


def document_of(file: GraphFile) -> JSONObject:
    """Return the file's graph as a document, with the ids that its nodes and links have there.

    A link without an id gets one; of links with the same four ends, the first one counts.
    """
    nodes = [_node_document(node) for node in file.nodes]
    blocks = {node["id"]: node["block_id"] for node in nodes}
    links = [
        Link(
            source_id=NodeId(link.source_id),
            sink_id=NodeId(link.sink_id),
            source_name=PinName(link.source_name),
            sink_name=PinName(
                legacy.present_input_pin(blocks.get(link.sink_id, ""), link.sink_name)
            ),
            is_static=link.is_static,
            id=_link_id(link.id),
        )
        for link in file.all_links
    ]
    derived = derive_links({NodeId(node["id"]): _node(node) for node in nodes}, links)
    pins: dict[str, list[str]] = defaultdict(list)
    for link in derived:
        pins[link.source_id].append(link.source_name)
    for node in nodes:
        if legacy.reads_row_by_row(node["block_id"], node["input_default"], pins[node["id"]]):
            node["input_default"]["produce_singular_result"] = True
    kept: dict[Link, JSONObject] = {}
    for link, own in zip(links, file.all_links, strict=True):
        kept.setdefault(link, own.kept)
    return {
        **file.kept,
        "nodes": nodes,
        "links": [{**kept[link], **_link_document(link)} for link in derived],
    }


def engine_graph(document: Mapping[str, Any], *, with_pins: bool = False) -> Graph:
    """Return the document as the engine sees it. Unknown blocks stay as placeholders.

    ``with_pins``: as a run of the draft sees it, which respects pinned outputs.
    """
    return Graph.build(
        [_node(node) for node in document["nodes"]],
        [
            Link(
                source_id=link["source_id"],
                sink_id=link["sink_id"],
                source_name=link["source_name"],
                sink_name=link["sink_name"],
                is_static=link["is_static"],
                id=link.get("id", ""),
            )
            for link in document["links"]
        ],
        with_pins=with_pins,
    )


def with_new_ids(document: JSONObject) -> JSONObject:
    """Return the document with new ids for all its nodes and links."""
    ids = {node["id"]: str(uuid4()) for node in document["nodes"]}
    return {
        **document,
        "nodes": [{**node, "id": ids[node["id"]]} for node in document["nodes"]],
        "links": [_renewed_link(link, ids) for link in document["links"]],
    }


def _node(node: Mapping[str, Any]) -> Node:
    block_id = legacy.present_block_id(node["block_id"])
    return Node(
        id=NodeId(node["id"]),
        block_id=block_id,
        block=registry.find(block_id) or _carried(block_id, node),
        input_default=node["input_default"],
        metadata=node["metadata"],
    )


def _carried(block_id: str, node: Mapping[str, Any]) -> BlockSpec | None:
    return carried(block_id, node[OPERATION]) if OPERATION in node else None


def _node_document(node: NodeFile) -> JSONObject:
    block_id = legacy.present_block_id(node.block_id)
    return {
        **node.kept,
        "id": node.id,
        "block_id": block_id,
        "input_default": legacy.present_defaults(block_id, node.input_default),
        "metadata": node.metadata,
    }


def _link_id(id: Any) -> str:
    """Return the id that a link has in a file, or a new one where that cannot be kept."""
    return id if isinstance(id, str) and 0 < len(id) <= LONGEST_ID else str(uuid4())


def _link_document(link: Link) -> JSONObject:
    return {
        "id": link.id,
        "source_id": link.source_id,
        "sink_id": link.sink_id,
        "source_name": link.source_name,
        "sink_name": link.sink_name,
        "is_static": link.is_static,
    }


def _renewed_link(link: JSONObject, ids: Mapping[str, str]) -> JSONObject:
    return {
        **link,
        "id": str(uuid4()),
        "source_id": ids.get(link["source_id"], link["source_id"]),
        "sink_id": ids.get(link["sink_id"], link["sink_id"]),
        "source_name": _renewed_tool_pin(link["source_name"], ids),
    }


def _renewed_tool_pin(pin: str, ids: Mapping[str, str]) -> str:
    """Return ``tools_^_{node}_~_{pin}`` with the node's new id; any other name as it is."""
    if not pin.startswith(TOOL_PIN):
        return pin
    node, separator, rest = pin.removeprefix(TOOL_PIN).partition("_~_")
    return f"{TOOL_PIN}{ids.get(node, node)}{separator}{rest}"
