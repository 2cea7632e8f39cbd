"""Snapshots: a draft as it was when it was run, kept as what the run refers to.

A snapshot is a hidden version (`GraphVersion.snapshot`), used again as long as the draft does not
change. It lives as long as a run points at it: `agents.executions.purging` removes the others.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from agents.engine.errors import GraphNotRunnable
from agents.engine.graph import Graph
from agents.engine.ids import NodeId
from agents.engine.pinning import PINNED, pinned_values
from agents.engine.validation import Masks
from agents.graphs.arrival import duplicates
from agents.graphs.codec import engine_graph
from agents.graphs.drafts import EditorGraph
from agents.graphs.models import GraphVersion
from agents.graphs.running import graph_problems
from kernel.errors import NotFound
from kernel.jsontypes import JSONObject, dumps


def reduced(draft: EditorGraph, node: NodeId) -> EditorGraph:
    """Return the draft with nothing but one node, to run it alone: enabled, and not pinned."""
    nodes = [one for one in draft.document["nodes"] if one["id"] == node]
    alone = [{**one, "metadata": _running(one["metadata"])} for one in nodes]
    return replace(draft, document={**draft.document, "nodes": alone, "links": []})


def snapshot(draft: EditorGraph, *, masks: Masks | None = None) -> GraphVersion:
    """Return the draft as a version that runs can use, once everything that forbids it is checked.

    Only in a transaction: until it ends, the snapshot is not purged. ``masks`` are values that the
    run puts on pins. Raises GraphNotRunnable.
    """
    assert transaction.get_connection().in_atomic_block
    _check(draft.document, draft.agent.owner_id, masks)
    document = dict(draft.document)
    name, description = document.pop("name"), document.pop("description")
    version = draft.base.version
    digest = sha256(dumps([version, name, description, document]).encode()).hexdigest()
    rows = GraphVersion.with_snapshots.filter(agent=draft.agent, snapshot=digest)
    while True:
        # Kept from purging, and from nothing else: a foreign key's check passes this lock.
        found = rows.defer("document").select_for_update(no_key=True).first()
        if found is not None:
            found.agent = draft.agent
            return found
        made = GraphVersion(
            agent=draft.agent,
            version=version,
            is_active=False,
            name=name if name.strip() else draft.base.name,
            description=description,
            document=document,
            snapshot=digest,
        )
        GraphVersion.with_snapshots.bulk_create([made], ignore_conflicts=True)


def again(owner: User, pk: UUID, *, masks: Masks) -> GraphVersion:
    """Return a snapshot that ran before, to run it again. Raises GraphNotRunnable and NotFound.

    Only in a transaction, as above.
    """
    rows = GraphVersion.with_snapshots.owned_by(owner.pk).select_related("agent")
    found = rows.filter(pk=pk).select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound("The agent of this run is deleted.")
    _check(found.document, owner.pk, masks)
    return found


def _check(document: JSONObject, owner_id: Any, masks: Masks | None) -> None:
    shape = list(duplicates(document))
    if shape:
        raise GraphNotRunnable(errors=shape)
    graph = engine_graph(document)
    problems = graph_problems(graph, owner_id, masks=masks, stood_in=_pinned_nodes(graph))
    if problems:
        raise GraphNotRunnable(errors=problems)


def _pinned_nodes(graph: Graph) -> frozenset[NodeId]:
    return frozenset(node.id for node in graph.nodes.values() if pinned_values(node) is not None)


def _running(metadata: JSONObject) -> JSONObject:
    return {key: value for key, value in metadata.items() if key not in (PINNED, "disabled")}
