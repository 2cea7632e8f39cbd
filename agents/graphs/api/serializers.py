"""Shapes of agents. Graphs that come in are read by ``agents.graphs.exchange``."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from pydantic import BaseModel
from rest_framework import serializers

from agents.engine import schemas
from agents.graphs import services, wanting
from agents.graphs.exchange import GraphFile
from agents.graphs.models import GraphVersion
from agents.graphs.references import LAST_VERSION
from kernel.api.fields import json_field
from kernel.api.members import KnownMembers
from kernel.jsontypes import JSONObject, JSONValue

JSON_OBJECT = {"type": "object", "additionalProperties": True}
JSON_SCHEMA = JSON_OBJECT | {"description": "A JSON Schema, by name."}
# The components come into the file with `agents.graphs.api.shapes.Draft`.
NODES = {"type": "array", "items": {"$ref": "#/components/schemas/GraphNode"}}
LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/GraphLink"}}
PROBLEMS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "code": {"type": "string"},
            "detail": {"type": "string"},
            "node_id": {"type": "string"},
            "link_id": {"type": "string"},
            "pin": {"type": "string"},
        },
        "required": ["code", "detail"],
    },
}


class CreateGraph(BaseModel):
    """A graph in the exchange format."""

    graph: GraphFile


class GraphSummarySerializer(serializers.ModelSerializer[GraphVersion]):
    """An agent's version without its nodes."""

    id = serializers.UUIDField(source="agent_id", read_only=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)
    created_by = serializers.CharField(
        source="agent.owner.username", read_only=True, help_text="Who saved it: the agent's owner."
    )
    node_count = serializers.SerializerMethodField()
    input_schema = serializers.SerializerMethodField()
    output_schema = serializers.SerializerMethodField()
    has_webhook_trigger = serializers.SerializerMethodField()

    class Meta:
        model = GraphVersion
        fields: tuple[str, ...] = (
            "id",
            "version",
            "is_active",
            "name",
            "description",
            "created_at",
            "created_by",
            "node_count",
            "forked_from_id",
            "forked_from_version",
            "input_schema",
            "output_schema",
            "has_webhook_trigger",
        )
        read_only_fields = fields

    def get_node_count(self, version: GraphVersion) -> int:
        """Return how many nodes it has, with notes and disabled ones."""
        return len(version.graph.nodes) + len(version.graph.disabled)

    @extend_schema_field(JSON_SCHEMA)
    def get_input_schema(self, version: GraphVersion) -> JSONObject:
        return schemas.input_schema(version.graph)

    @extend_schema_field(JSON_SCHEMA)
    def get_output_schema(self, version: GraphVersion) -> JSONObject:
        return schemas.output_schema(version.graph)

    def get_has_webhook_trigger(self, version: GraphVersion) -> bool:
        return schemas.has_webhook_trigger(version.graph)


class GraphSerializer(GraphSummarySerializer):
    """An agent's version: its graph, and everything that forbids running it."""

    nodes = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()
    credentials_input_schema = serializers.SerializerMethodField()

    class Meta(GraphSummarySerializer.Meta):
        fields = (
            *GraphSummarySerializer.Meta.fields,
            *("credentials_input_schema", "nodes", "links", "problems"),
        )
        read_only_fields = fields

    @extend_schema_field(JSON_SCHEMA)
    def get_credentials_input_schema(self, version: GraphVersion) -> JSONObject:
        """Return which credentials a run is given, with those of the agents that it runs."""
        return wanting.input_schema(version.graph, version.agent.owner_id)

    @extend_schema_field(NODES)
    def get_nodes(self, version: GraphVersion) -> JSONValue:
        return version.document["nodes"]

    @extend_schema_field(LINKS)
    def get_links(self, version: GraphVersion) -> JSONValue:
        return version.document["links"]

    @extend_schema_field(PROBLEMS)
    def get_problems(self, version: GraphVersion) -> list[JSONObject]:
        return [problem.as_json() for problem in services.run_problems(version)]

    def to_representation(self, instance: GraphVersion) -> dict[str, Any]:
        """Return the shape, and what else the agent's file said of it."""
        return {**instance.document, **super().to_representation(instance)}


class ExportedGraphSerializer(serializers.Serializer[Any]):
    """A file that can be imported: without secrets, with the agents that it runs."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    is_active = serializers.BooleanField()
    name = serializers.CharField()
    description = serializers.CharField()
    forked_from_id = serializers.UUIDField(allow_null=True)
    forked_from_version = serializers.IntegerField(allow_null=True)
    nodes = json_field(NODES)
    links = json_field(LINKS)
    input_schema = json_field(JSON_SCHEMA)
    output_schema = json_field(JSON_SCHEMA)
    credentials_input_schema = json_field(JSON_SCHEMA)
    has_webhook_trigger = serializers.BooleanField()
    sub_graphs = serializers.ListField(child=serializers.JSONField())


class GraphQuerySerializer(serializers.Serializer[Any]):
    """Which version of an agent is wanted, and how."""

    version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LAST_VERSION,
        help_text="A version; without it the active one.",
    )
    for_export = serializers.BooleanField(
        default=False, help_text="As a file: without secrets, with the agents that it runs."
    )


class GraphListQuerySerializer(serializers.Serializer[Any]):
    """Which agents are wanted."""

    include_sub_agents = serializers.BooleanField(
        default=False, help_text="Also agents that came in as parts of others."
    )


class ActiveVersionSerializer(KnownMembers):
    """Which version is to run when none is named."""

    active_graph_version = serializers.IntegerField(min_value=1, max_value=LAST_VERSION)
