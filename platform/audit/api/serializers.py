"""Shapes of the audit log."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from audit.models import Entry

ANOTHER = "another"


@extend_schema_serializer(component_name="AuditLine")
class EntrySerializer(serializers.ModelSerializer[Entry]):
    """A line. What is another person's (who they are, from where) is for staff with the right."""

    created_at = serializers.DateTimeField(source="created", read_only=True)
    description = serializers.CharField(source="what", read_only=True)
    action = serializers.CharField(read_only=True, help_text="docs/audit.md lists them.")
    outcome = serializers.ChoiceField(choices=Entry.Outcome.choices, read_only=True)
    actor_id = serializers.IntegerField(read_only=True, allow_null=True)
    actor = serializers.CharField(source="who", read_only=True)
    by_another = serializers.SerializerMethodField()
    owner_id = serializers.IntegerField(read_only=True, allow_null=True)
    object_label = serializers.CharField(source="label", read_only=True)

    class Meta:
        model = Entry
        fields = (
            "id",
            "created_at",
            "action",
            "description",
            "outcome",
            "actor_id",
            "actor",
            "by_another",
            "via",
            "credential_id",
            "credential",
            "address",
            "request_id",
            "owner_id",
            "object_type",
            "object_id",
            "object_label",
            "details",
        )
        read_only_fields = fields

    def get_by_another(self, line: Entry) -> bool:
        """Return whether it was another person than the caller."""
        return line.is_by_another_than(self.context["request"].user)

    def to_representation(self, instance: Entry) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if shown["by_another"] and not self.context["reads_all"]:
            shown |= {"actor_id": None, "address": None}
            shown |= dict.fromkeys(("actor", "credential_id", "credential", "request_id"), "")
        return shown


class QuerySerializer(serializers.Serializer[Any]):
    """Which lines to list."""

    action = serializers.CharField(
        required=False,
        max_length=40,
        help_text="Only this action; with a dot at its end, all that begin so: `key.`",
    )
    outcome = serializers.ChoiceField(required=False, choices=Entry.Outcome.choices)
    owner = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="Only lines about the account and things of the person with this id.",
    )
    actor = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="Only what the person with this id did.",
    )
    object_type = serializers.CharField(required=False, max_length=60)
    object_id = serializers.CharField(required=False, max_length=64)
    request_id = serializers.CharField(required=False, max_length=128)
    created_after = serializers.DateTimeField(required=False, help_text="Then or later.")
    created_before = serializers.DateTimeField(required=False)
