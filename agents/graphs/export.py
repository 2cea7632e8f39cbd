"""An agent as a file that others can import."""

from agents.engine import credentials, schemas
from agents.graphs.codec import engine_graph
from agents.graphs.models import GraphVersion
from agents.graphs.references import Reference, mentions
from agents.graphs.stripping import stripped
from kernel.jsontypes import JSONObject


def export(version: GraphVersion) -> JSONObject:
    """Return the version in the exchange format, with the sub-agents that it needs.

    Secrets and the values of its inputs stay behind; see ``agents.graphs.stripping``.
    """
    return {
        **exported_graph(version),
        "sub_graphs": [exported_graph(sub_agent) for sub_agent in sub_agents(version)],
    }


def exported_graph(version: GraphVersion) -> JSONObject:
    """Return one graph in the exchange format."""
    document = stripped(version.document)
    graph = engine_graph(document)
    return {
        **document,
        "id": str(version.agent_id),
        "version": version.version,
        "is_active": version.is_active,
        "name": version.name,
        "description": version.description,
        "forked_from_id": version.forked_from_id and str(version.forked_from_id),
        "forked_from_version": version.forked_from_version,
        "input_schema": schemas.input_schema(graph),
        "output_schema": schemas.output_schema(graph),
        "credentials_input_schema": credentials.input_schema(credentials.needs(graph), ()),
        "has_webhook_trigger": schemas.has_webhook_trigger(graph),
    }


def sub_agents(version: GraphVersion) -> list[GraphVersion]:
    """Return all agents of the same owner that the version runs, at any depth, each once.

    Those that it runs itself come first, then those that these run, and so on.
    """
    mine = GraphVersion.objects.owned_by(version.agent.owner_id)
    seen = {version.reference}
    found: list[GraphVersion] = []
    level = [version]
    while level:
        wanted = [reference for reference in _named_by(level) if reference not in seen]
        seen.update(wanted)
        known = mine.by_reference(wanted)
        level = [known[reference] for reference in wanted if reference in known]
        found += level
    return found


def _named_by(versions: list[GraphVersion]) -> dict[Reference, None]:
    """Return the agents that the versions run, each once, in the order of their nodes."""
    return dict.fromkeys(reference for version in versions for reference in mentions(version.graph))
