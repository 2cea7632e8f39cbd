"""Shapes of libraries."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from agents.engine import schemas
from agents.executions.models import Execution
from agents.graphs import wanting
from kernel.api.fields import json_field
from kernel.api.members import KnownMembers
from kernel.jsontypes import JSONObject
from store.api.numbered import NumberedSerializer, PageQuerySerializer
from store.library import updating
from store.library.entries import Entry
from store.models import Folder, LibraryAgent
from store.models.library import LONGEST_FOLDER

OBJECT: dict[str, Any] = {"type": "object", "additionalProperties": {}}
SORTS = {
    "updatedAt": ("-updated_at", "-pk"),
    "createdAt": ("-agent__created", "-pk"),
    "name": ("title", "pk"),
}
STATUSES = {
    "FAILED": "ERROR",
    "TERMINATED": "ERROR",
    "COMPLETED": "COMPLETED",
    "WAITING": "WAITING",
}


class MarketplaceListingSerializer(serializers.Serializer[Any]):
    """Where an agent is in the store."""

    id = serializers.UUIDField(source="pk")
    slug = serializers.CharField()
    creator = serializers.CharField(source="owner.username")
    name = serializers.CharField(source="active_version.name", default=None, allow_null=True)


class UpdateSerializer(serializers.Serializer[Any]):
    """A newer version that could be taken."""

    store_listing_version_id = serializers.UUIDField()
    version = serializers.IntegerField()
    changes_summary = serializers.CharField()
    asks_for_more = serializers.BooleanField(
        help_text="Whether it can do something that the present one cannot: it is never taken by itself."
    )
    manifest_changes = json_field(OBJECT, help_text="By section, what was added and removed.")


class LibraryAgentSerializer(serializers.Serializer[Entry]):
    """An agent in a library."""

    id = serializers.UUIDField(source="kept.pk", read_only=True)
    graph_id = serializers.UUIDField(source="version.agent_id", read_only=True)
    graph_version = serializers.IntegerField(source="version.version", read_only=True)
    name = serializers.CharField(read_only=True)
    description = serializers.CharField(source="about", read_only=True)
    creator_name = serializers.CharField(source="version.agent.owner.username", read_only=True)
    status = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="version.agent.created", read_only=True)
    updated_at = serializers.DateTimeField(source="version.updated_at", read_only=True)
    input_schema = serializers.SerializerMethodField()
    output_schema = serializers.SerializerMethodField()
    credentials_input_schema = serializers.SerializerMethodField()
    has_external_trigger = serializers.SerializerMethodField()
    can_access_graph = serializers.SerializerMethodField()
    is_latest_version = serializers.SerializerMethodField()
    is_favorite = serializers.BooleanField(source="kept.is_favorite", read_only=True)
    is_archived = serializers.BooleanField(source="kept.is_archived", read_only=True)
    folder_id = serializers.UUIDField(source="kept.folder_id", read_only=True, allow_null=True)
    auto_update_version = serializers.BooleanField(source="kept.auto_update", read_only=True)
    standing = serializers.ChoiceField(
        choices=["usable", "withdrawn", "suspended", "gone"],
        read_only=True,
        help_text="What was withdrawn goes on running for those who have it.",
    )
    store_listing_version_id = serializers.UUIDField(
        source="kept.version_id", read_only=True, allow_null=True
    )
    marketplace_listing = MarketplaceListingSerializer(
        source="kept.listing", read_only=True, allow_null=True
    )
    recommended_schedule_cron = serializers.SerializerMethodField()
    available_update = serializers.SerializerMethodField()

    def get_status(self, entry: Entry) -> str:
        """Return how the last run went; HEALTHY where one is under way, or none was."""
        return STATUSES.get(self.context.get("statuses", {}).get(entry.version.agent_id), "HEALTHY")

    @extend_schema_field(OBJECT)
    def get_input_schema(self, entry: Entry) -> JSONObject:
        """Return the schema; of another's agent, without defaults of inputs that are secret."""
        schema = schemas.input_schema(entry.version.graph)
        return schema if entry.is_own else without_secret_defaults(schema)

    @extend_schema_field(OBJECT)
    def get_output_schema(self, entry: Entry) -> JSONObject:
        return schemas.output_schema(entry.version.graph)

    @extend_schema_field(OBJECT)
    def get_credentials_input_schema(self, entry: Entry) -> JSONObject:
        version = entry.version
        return wanting.input_schema(version.graph, version.owner_id, entry.kept.owner_id)

    def get_has_external_trigger(self, entry: Entry) -> bool:
        return schemas.has_webhook_trigger(entry.version.graph)

    def get_can_access_graph(self, entry: Entry) -> bool:
        """Return whether its graph may be looked at and copied."""
        return entry.can_access_graph

    def get_is_latest_version(self, entry: Entry) -> bool:
        return entry.is_own or updating.newer(entry.kept) is None

    def get_recommended_schedule_cron(self, entry: Entry) -> str:
        """Return its creator's advice; empty for none."""
        return entry.kept.version.recommended_schedule if entry.kept.version else ""

    @extend_schema_field(UpdateSerializer(allow_null=True))
    def get_available_update(self, entry: Entry) -> dict[str, Any] | None:
        return update_of(entry.kept)


def update_of(kept: LibraryAgent) -> dict[str, Any] | None:
    """Return the newer version that the entry could be at; None where there is none."""
    version = updating.newer(kept)
    if version is None:
        return None
    return {
        "store_listing_version_id": str(version.pk),
        "version": version.number,
        "changes_summary": version.changes_summary,
        "asks_for_more": updating.asks_for_more(kept, version),
        "manifest_changes": updating.changes(kept, version),
    }


def without_secret_defaults(schema: JSONObject) -> JSONObject:
    """Return the schema of an agent's inputs without what its author put into secret ones."""
    return {
        **schema,
        "properties": {
            name: {key: value for key, value in part.items() if key != "default"}
            if part.get("secret") is True
            else part
            for name, part in schema["properties"].items()
        },
    }


def statuses(user: Any, entries: list[Entry]) -> dict[Any, str]:
    """Return how the last run of each agent of the user went, by the agent."""
    agents = [entry.version.agent_id for entry in entries]
    runs = Execution.objects.visible_to(user).filter(agent__in=agents, parent=None)
    last = runs.order_by("agent", "-created").distinct("agent")
    return dict(last.values_list("agent", "status"))


@extend_schema_serializer(many=False)
class LibraryAgentsSerializer(serializers.Serializer[Any]):
    """A page of a library."""

    agents = LibraryAgentSerializer(many=True)
    pagination = NumberedSerializer()


class LibraryQuerySerializer(PageQuerySerializer):
    """Which agents of a library are wanted."""

    search_term = serializers.CharField(required=False, allow_blank=True, max_length=200)
    sort_by = serializers.ChoiceField(choices=sorted(SORTS), default="updatedAt")
    is_favorite = serializers.BooleanField(required=False, allow_null=True, default=None)
    is_archived = serializers.BooleanField(required=False, allow_null=True, default=None)
    folder_id = serializers.UUIDField(required=False)


class CollectSerializer(KnownMembers):
    """What is taken from the store."""

    store_listing_version_id = serializers.UUIDField()


class ChangeLibraryAgentSerializer(KnownMembers):
    """What is set about an agent in a library."""

    is_favorite = serializers.BooleanField(required=False)
    is_archived = serializers.BooleanField(required=False)
    auto_update_version = serializers.BooleanField(
        required=False,
        help_text="Whether it takes new versions by itself that ask for nothing more.",
    )
    folder_id = serializers.UUIDField(required=False, allow_null=True)


class FolderSerializer(serializers.ModelSerializer[Folder]):
    """A folder of a library."""

    created_at = serializers.DateTimeField(source="created", read_only=True)
    updated_at = serializers.DateTimeField(source="updated", read_only=True)

    class Meta:
        model = Folder
        fields = ("id", "name", "created_at", "updated_at")
        read_only_fields = fields


class FolderNameSerializer(KnownMembers):
    """What a folder is called."""

    name = serializers.CharField(max_length=LONGEST_FOLDER)
