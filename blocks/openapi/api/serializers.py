"""Shapes of imported APIs."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from blocks.openapi.models import LONGEST_NAME, Api, ApiOperation
from kernel.api.members import KnownMembers


class ApiSerializer(serializers.ModelSerializer[Api]):
    """An API that was imported."""

    left_out = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Operations that are no blocks, and why.",
    )
    created_at = serializers.DateTimeField(source="created", read_only=True)
    updated_at = serializers.DateTimeField(source="updated", read_only=True)

    class Meta:
        model = Api
        fields = (
            "id",
            "name",
            "version",
            "api_version",
            "source",
            "server_url",
            "left_out",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class OperationSerializer(serializers.ModelSerializer[ApiOperation]):
    """An operation that is a block now."""

    block_id = serializers.UUIDField(source="id", read_only=True)
    title = serializers.SerializerMethodField()

    class Meta:
        model = ApiOperation
        fields = ("block_id", "key", "title", "since")
        read_only_fields = fields

    def get_title(self, operation: ApiOperation) -> str:
        return str(operation.entry["title"])


class ApiDetailSerializer(ApiSerializer):
    """An API with its blocks."""

    operations = serializers.SerializerMethodField()

    class Meta(ApiSerializer.Meta):
        fields = (*ApiSerializer.Meta.fields, "operations")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    @extend_schema_field(OperationSerializer(many=True))
    def get_operations(self, api: Api) -> Any:
        rows = api.operations.filter(is_current=True).defer("definition")
        return OperationSerializer(rows, many=True).data


class DocumentSerializer(KnownMembers):
    """Where a document is, or the document itself."""

    url = serializers.CharField(
        required=False, max_length=2000, help_text="Where to fetch the document."
    )
    document = serializers.CharField(
        required=False, trim_whitespace=False, help_text="The document, JSON or YAML, as text."
    )
    server_url = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="Where the API is, if it is elsewhere than the document says.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("url" in attrs) == ("document" in attrs):
            raise serializers.ValidationError("Give either `url` or `document`.")
        return attrs


class ImportSerializer(DocumentSerializer):
    """A new API."""

    name = serializers.CharField(
        required=False, max_length=LONGEST_NAME, help_text="What to call it; else as it says."
    )
