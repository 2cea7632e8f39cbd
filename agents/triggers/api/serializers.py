"""Shapes of triggers and of what arrived at them. Secrets are in one answer only."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agents.graphs.references import LAST_VERSION
from agents.presets.api.fields import credentials_field, inputs_field, version_field
from agents.presets.api.serializers import PresetSerializer
from agents.presets.models import LONGEST_DESCRIPTION, Preset
from agents.triggers import addresses
from agents.triggers.kinds.base import Called, Heard, Kind, Polled
from agents.triggers.models import LONGEST_NAME, Arrival, Trigger
from agents.triggers.services import Made
from agents.triggers.tokens import MOST
from kernel.api.fields import json_field
from kernel.api.members import KnownMembers

JSON_OBJECT = {"type": "object", "additionalProperties": True}


class KindSerializer(serializers.Serializer[Any]):
    """A kind of trigger, and what its `config` has."""

    name = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    begins = serializers.SerializerMethodField()
    config_schema = serializers.SerializerMethodField()

    @extend_schema_field({"type": "string", "enum": ["called", "polled", "heard"]})
    def get_begins(self, kind: Kind[Any]) -> str:
        """Return whether it is called by others, looks for something new, or hears of runs."""
        match kind:
            case Called():
                return "called"
            case Polled():
                return "polled"
            case Heard():
                return "heard"
        raise TypeError(kind.name)

    @extend_schema_field(JSON_OBJECT | {"description": "A JSON Schema."})
    def get_config_schema(self, kind: Kind[Any]) -> dict[str, Any]:
        found: dict[str, Any] = kind.config.model_json_schema()
        return found


class TriggerSerializer(serializers.ModelSerializer[Trigger]):
    """What begins runs of an agent."""

    graph_id = serializers.UUIDField(source="agent_id", read_only=True)
    graph_version = serializers.IntegerField(
        source="version", read_only=True, allow_null=True, help_text="Null for the active one."
    )
    config = json_field(JSON_OBJECT)
    inputs = serializers.SerializerMethodField()
    node_inputs = serializers.SerializerMethodField()
    credentials_inputs = json_field(JSON_OBJECT)
    preset_id = serializers.UUIDField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)
    address_tail = serializers.CharField(
        source="tail", read_only=True, help_text="The last letters of its address, if it has one."
    )
    next_look_at = serializers.DateTimeField(read_only=True, allow_null=True)
    looked_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Trigger
        fields: tuple[str, ...] = (
            *("id", "graph_id", "graph_version", "kind", "name", "node_id", "input_name"),
            *("config", "subject", "inputs", "node_inputs", "credentials_inputs"),
            *("preset_id", "is_active"),
            *("paused_why", "last_error", "failures", "address_tail", "next_look_at"),
            *("looked_at", "created_at"),
        )
        read_only_fields = fields

    @extend_schema_field(JSON_OBJECT)
    def get_inputs(self, trigger: Trigger) -> Any:
        """Return the runs' fixed inputs; those that the agent marks as secret are masked."""
        return addresses.shown_inputs(trigger)

    @extend_schema_field(JSON_OBJECT)
    def get_node_inputs(self, trigger: Trigger) -> Any:
        """Return the values for the node's other pins; secrets among them are masked."""
        return addresses.shown_node_inputs(trigger)


class TriggerDetailSerializer(TriggerSerializer):
    """A trigger with its address."""

    address = serializers.SerializerMethodField()

    class Meta(TriggerSerializer.Meta):
        fields = (*TriggerSerializer.Meta.fields, "address")
        read_only_fields = fields

    def get_address(self, trigger: Trigger) -> str:
        """Return where others call it; "" where nobody does."""
        return addresses.address(trigger)


class MadeTriggerSerializer(serializers.Serializer[Any]):
    """A trigger, and the secret that its callers use, which is never shown again."""

    trigger = TriggerDetailSerializer(read_only=True)
    secret = serializers.CharField(read_only=True, help_text='"" where nobody calls it.')
    problem = serializers.CharField(
        read_only=True, help_text="Why the other site did not take the address; else empty."
    )


class _Fields(KnownMembers):
    """What a trigger is made of."""

    name = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NAME)
    graph_version = serializers.IntegerField(
        source="version",
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LAST_VERSION,
        help_text="Null for the version that is active when something arrives.",
    )
    node_id = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=64,
        help_text="The node whose pin `payload` gets what arrives.",
    )
    input_name = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="The agent's input that gets it, where no node does.",
    )
    config = serializers.DictField(required=False, help_text="As the kind's `config_schema` says.")
    preset_id = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="Whose inputs and credentials are used; those that the trigger has come first.",
    )
    inputs = serializers.DictField(required=False, help_text="Of every run, by name.")
    node_inputs = serializers.DictField(
        required=False,
        help_text="Values for other pins of the node, in place of those that the agent has.",
    )
    credentials_inputs = serializers.DictField(
        required=False, help_text="Credentials of every run, as runs are started with them."
    )


class CreateTriggerSerializer(_Fields):
    """A new trigger."""

    kind = serializers.CharField(max_length=32, help_text="One of `/api/v1/triggers/kinds/`.")
    secret = serializers.CharField(
        required=False,
        max_length=MOST,
        trim_whitespace=False,
        write_only=True,
        help_text="What callers have. Left out, one is made.",
    )


class ChangeTriggerSerializer(_Fields):
    """What changes of a trigger; the rest stays."""

    is_active = serializers.BooleanField(required=False)


class SetUpTriggerSerializer(KnownMembers):
    """A new preset, and the trigger that begins runs with it."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    description = serializers.CharField(
        max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True
    )
    graph_id = serializers.UUIDField()
    graph_version = version_field()
    trigger_config = serializers.DictField(
        required=False, help_text="Values for the pins of the node that is called, by pin."
    )
    inputs = inputs_field()
    agent_credentials = credentials_field()


class SetUpPresetSerializer(PresetSerializer):
    """A preset with its trigger, and the secret that its callers use, which is never shown again."""

    webhook_id = serializers.SerializerMethodField()
    trigger = serializers.SerializerMethodField()
    secret = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField()

    class Meta(PresetSerializer.Meta):
        fields = (*PresetSerializer.Meta.fields, "webhook_id", "trigger", "secret", "problem")
        read_only_fields = fields

    @property
    def made(self) -> Made:
        found: Made = self.context["made"]
        return found

    @extend_schema_field({"type": "string", "format": "uuid"})
    def get_webhook_id(self, preset: Preset) -> str:
        """Return the trigger's id, under the name that other platforms have for it."""
        return str(self.made.trigger.pk)

    @extend_schema_field(TriggerDetailSerializer)
    def get_trigger(self, preset: Preset) -> Any:
        return TriggerDetailSerializer(self.made.trigger).data

    def get_secret(self, preset: Preset) -> str:
        return self.made.secret

    def get_problem(self, preset: Preset) -> str:
        """Return why the other site did not take the address; else nothing."""
        return self.made.problem


class RotateTriggerSerializer(KnownMembers):
    """What a trigger's callers will have."""

    secret = serializers.CharField(
        required=False, max_length=MOST, trim_whitespace=False, write_only=True
    )


class TestTriggerSerializer(KnownMembers):
    """What is to arrive."""

    __test__ = False  # no test, for pytest
    payload = serializers.DictField(required=False)


class ArrivalSerializer(serializers.ModelSerializer[Arrival]):
    """Something that arrived, and what became of it."""

    received_at = serializers.DateTimeField(source="received", read_only=True)
    graph_exec_id = serializers.UUIDField(source="execution_id", read_only=True, allow_null=True)
    verdict = serializers.ChoiceField(choices=Arrival.Verdict.values, read_only=True)
    headers = json_field(JSON_OBJECT, help_text="With the values of those that are no secrets.")

    class Meta:
        model = Arrival
        fields = (
            *("id", "received_at", "verdict", "why", "event", "delivery_id", "graph_exec_id"),
            *("headers", "body", "size", "address"),
        )
        read_only_fields = fields
