"""Shapes of presets."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agents.executions.api.serializers import StartSerializer
from agents.presets.api.fields import OBJECT, credentials_field, inputs_field, version_field
from agents.presets.models import LONGEST_DESCRIPTION, LONGEST_NAME, Preset
from agents.presets.shown import shown_inputs
from kernel.api.members import KnownMembers


class PresetSerializer(serializers.ModelSerializer[Preset]):
    """A preset. Secrets among its inputs are masked; sent back so, they stay as they are."""

    user_id = serializers.CharField(source="owner_id", read_only=True)
    graph_id = serializers.UUIDField(source="agent_id", read_only=True)
    graph_version = serializers.IntegerField(source="version", read_only=True, allow_null=True)
    inputs = serializers.SerializerMethodField()
    credentials = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="created", read_only=True)
    updated_at = serializers.DateTimeField(source="updated", read_only=True)

    class Meta:
        model = Preset
        fields: tuple[str, ...] = (
            "id",
            "user_id",
            "graph_id",
            "graph_version",
            "name",
            "description",
            "inputs",
            "credentials",
            "is_active",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    @extend_schema_field(OBJECT)
    def get_inputs(self, preset: Preset) -> dict[str, Any]:
        known: dict[Any, dict[str, Any]] = self.context.get("inputs", {})
        return known[preset.pk] if preset.pk in known else shown_inputs([preset])[preset.pk]

    @extend_schema_field(OBJECT)
    def get_credentials(self, preset: Preset) -> dict[str, Any]:
        return dict(preset.credential_inputs)


class ChangePresetSerializer(KnownMembers):
    """What is changed of a preset."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    description = serializers.CharField(
        max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True
    )
    graph_version = version_field()
    inputs = inputs_field()
    credentials = credentials_field()
    is_active = serializers.BooleanField(required=False)

    @property
    def said(self) -> dict[str, Any]:
        """Return what a valid body says, as the services take it."""
        names = {
            "graph_version": "version",
            "credentials": "credentials_inputs",
            "graph_id": "agent_id",
        }
        return {names.get(key, key): value for key, value in self.validated_data.items()}


class NewPresetSerializer(ChangePresetSerializer):
    """A new preset: for an agent, or with what a run was given (`graph_execution_id`)."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    graph_id = serializers.UUIDField(required=False)
    graph_execution_id = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what says both or neither."""
        if ("graph_id" in attrs) == ("graph_execution_id" in attrs):
            raise serializers.ValidationError("Name a `graph_id` or a `graph_execution_id`.")
        given = [name for name in ("graph_version", "inputs", "credentials") if name in attrs]
        if "graph_execution_id" in attrs and given:
            sentence = "A preset that is made from a run takes this from the run."
            raise serializers.ValidationError(dict.fromkeys(given, sentence))
        return attrs


class ExecutePresetSerializer(StartSerializer):
    """What a preset is run with beside its own inputs and credentials."""

    also_known = frozenset({"node_input", "credential_inputs"})

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the inputs and credentials; ``credential_inputs`` is another name for the latter."""
        if isinstance(data, dict) and "credential_inputs" in data:
            data = {"credentials_inputs": data["credential_inputs"], **data}
        return super().to_internal_value(data)


class PresetListQuerySerializer(serializers.Serializer[Any]):
    """Which presets to list."""

    graph_id = serializers.UUIDField(required=False, help_text="Only this agent's.")


class ExecutePresetQuerySerializer(serializers.Serializer[Any]):
    """Which version to run."""

    graph_version = serializers.IntegerField(
        required=False, min_value=1, help_text="Instead of the preset's version."
    )
