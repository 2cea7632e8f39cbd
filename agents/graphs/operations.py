"""Operations of APIs, which nodes carry along so that a saved graph runs the same for ever.

An owner's own operations come from the owner's APIs, whatever a file says of them. A file of somebody
else's brings its own along: one has no more power than the block that sends any web request, and
goes with credentials to their own hosts only.
"""

from typing import Any

from agents.graphs.codec import OPERATION
from blocks.openapi import operation, services
from blocks.sdk import registry
from kernel.jsontypes import JSONObject


def carrying(document: JSONObject, owner_id: Any) -> JSONObject:
    """Return the document with the operations that its nodes call, and none that they do not."""
    nodes = document["nodes"]
    unknown = {one["block_id"] for one in nodes if registry.find(one["block_id"]) is None}
    if not unknown and not any(OPERATION in one for one in nodes):
        return document
    own = services.definitions(owner_id, unknown)
    return {**document, "nodes": [_carrying(one, own) for one in nodes]}


def _carrying(node: JSONObject, own: dict[str, JSONObject]) -> JSONObject:
    plain = {key: value for key, value in node.items() if key != OPERATION}
    if registry.find(node["block_id"]) is not None:
        return plain
    if definition := own.get(str(node["block_id"]).lower()):
        return {**plain, OPERATION: definition}
    brought = operation.read(node.get(OPERATION))
    return {**plain, OPERATION: brought.as_json()} if brought else plain
