"""An agent as a file for everybody: what our import takes, and nothing that belongs to its creator.

Ids are drawn anew for each file's content, by the listing's version: the same version gives the
same file, and none of it says which agent on this instance it was.
"""

from typing import Any
from uuid import UUID, uuid5

from agents.graphs.export import exported_graph
from agents.graphs.models import GraphVersion
from kernel.errors import TrellisError
from kernel.jsontypes import JSONObject
from store.models import Listing, ListingVersion

OURS = ("is_active", "forked_from_id", "forked_from_version")


class GraphNotShown(TrellisError):
    """The creator keeps this agent's graph. Take it into your library: it runs there all the same."""

    code = "graph_not_shown"
    status = 403


def may_download(version: ListingVersion) -> bool:
    """Return whether the graph, and those of all agents that travel with it, are for everybody."""
    if not version.listing.shows_graph:
        return False
    others = [
        agent
        for agent, owner in version.sub_agents.values_list("agent_id", "agent__owner_id")
        if owner != version.listing.owner_id
    ]
    shown = Listing.objects.public().filter(agent_id__in=others, shows_graph=True)
    return shown.count() == len(set(others))


def exported(version: ListingVersion) -> JSONObject:
    """Return the version's graph and what travels with it, without secrets, values, webhooks or ids.

    Raises GraphNotShown where they are not for everybody.
    """
    if not may_download(version):
        raise GraphNotShown
    carried = list(version.sub_agents.select_related("agent").order_by("pk"))
    graphs = [version.graph_version, *carried]
    names = {str(one.agent_id): str(uuid5(version.pk, str(one.agent_id))) for one in graphs}
    made = [_renamed(_graph(one, version.pk), names) for one in graphs]
    return {
        **made[0],
        "name": version.name,
        "description": version.sub_heading or made[0].get("description", ""),
        "sub_graphs": made[1:],
    }


def _graph(version: GraphVersion, seed: UUID) -> JSONObject:
    """Return one graph with new ids of its nodes and links."""
    found = {name: value for name, value in exported_graph(version).items() if name not in OURS}
    ids = {node["id"]: str(uuid5(seed, f"{version.pk} {node['id']}")) for node in found["nodes"]}
    nodes = [_node(node, ids) for node in found["nodes"]]
    links = [
        {
            **link,
            "id": str(uuid5(seed, f"{version.pk} {link.get('id')}")),
            "source_id": ids[link["source_id"]],
            "sink_id": ids[link["sink_id"]],
        }
        for link in found["links"]
    ]
    return {**found, "nodes": nodes, "links": links}


def _node(node: JSONObject, ids: dict[str, str]) -> JSONObject:
    kept = {name: value for name, value in node.items() if name not in {"webhook", "webhook_id"}}
    return {**kept, "id": ids[node["id"]]}


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Return the value with every agent's id, wherever it stands as a text of its own, replaced."""
    if isinstance(value, dict):
        return {key: _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value
