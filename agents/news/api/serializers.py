"""What webhooks look like over REST."""

from typing import Any

from rest_framework import serializers

from agents.news.events import SUBSCRIBABLE
from agents.news.models import LONGEST_NAME, LONGEST_URL, Delivery, Endpoint
from agents.news.services import Issued
from kernel.api.members import KnownMembers

EVENTS = [one.value for one in SUBSCRIBABLE]


class EndpointSerializer(serializers.ModelSerializer[Endpoint]):
    """A webhook, without its secret."""

    events = serializers.ListField(child=serializers.ChoiceField(EVENTS), read_only=True)
    graph_id = serializers.UUIDField(source="agent_id", read_only=True, allow_null=True)

    class Meta:
        model = Endpoint
        fields: tuple[str, ...] = (
            *("id", "name", "url", "events", "graph_id", "is_active"),
            *("failing_since", "turned_off_why", "created", "updated"),
        )
        read_only_fields = fields


class IssuedEndpointSerializer(EndpointSerializer):
    """A webhook with its secret, which is told this once."""

    secret = serializers.SerializerMethodField()

    class Meta(EndpointSerializer.Meta):
        fields = (*EndpointSerializer.Meta.fields, "secret")
        read_only_fields = fields

    def get_secret(self, endpoint: Endpoint) -> str:
        return str(self.context["secret"])

    @classmethod
    def of(cls, issued: Issued) -> "IssuedEndpointSerializer":
        """Return the shape of what was issued."""
        return cls(issued.endpoint, context={"secret": issued.secret})


class CreateEndpointSerializer(KnownMembers):
    """A new webhook."""

    url = serializers.CharField(max_length=LONGEST_URL, help_text="What is called, by POST.")
    events = serializers.ListField(child=serializers.ChoiceField(EVENTS), min_length=1)
    name = serializers.CharField(max_length=LONGEST_NAME, required=False, allow_blank=True)
    graph_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Of the one agent to tell of; null for all."
    )

    def to_said(self) -> dict[str, Any]:
        """Return what the valid body says, as services want it."""
        said = dict(self.validated_data)
        if "graph_id" in said:
            said["agent_id"] = said.pop("graph_id")
        return said


class ChangeEndpointSerializer(CreateEndpointSerializer):
    """What is to change about a webhook."""

    url = serializers.CharField(max_length=LONGEST_URL, required=False)
    events = serializers.ListField(
        child=serializers.ChoiceField(EVENTS), min_length=1, required=False
    )
    is_active = serializers.BooleanField(required=False)


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """An event on its way to a webhook, or arrived."""

    message_id = serializers.CharField(
        read_only=True, help_text="The call's `webhook-id`, the same each time it is made."
    )
    payload = serializers.DictField(read_only=True)

    class Meta:
        model = Delivery
        fields = (
            *("id", "message_id", "type", "about", "status", "attempts", "created", "due_at"),
            *("tried_at", "took_ms", "answer_status", "answer", "error", "payload"),
        )
        read_only_fields = fields
