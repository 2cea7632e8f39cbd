"""A block as the API shows it: the same members that the builder's palette and forms read."""

from functools import cache
from typing import Any

from rest_framework import serializers

from blocks.openapi.describing import described
from blocks.packages import packages
from blocks.sdk import BlockSpec


class CategorySerializer(serializers.Serializer[dict[str, str]]):
    category = serializers.CharField()
    description = serializers.CharField()


class CostSerializer(serializers.Serializer[dict[str, Any]]):
    cost_amount = serializers.IntegerField()
    cost_filter = serializers.JSONField()
    cost_type = serializers.CharField()


class ContributorSerializer(serializers.Serializer[dict[str, str]]):
    name = serializers.CharField()


class WebhookSerializer(serializers.Serializer[dict[str, Any]]):
    """Whose calls begin a run at the block."""

    provider = serializers.CharField()
    type = serializers.CharField(help_text="What is watched, in the provider's words")
    resource_format = serializers.CharField(
        help_text="The name of what is watched, made of inputs: `{repo}`"
    )
    event_filter_input = serializers.CharField(
        allow_null=True, help_text="The input that has a yes or no for each event"
    )
    event_format = serializers.CharField()


class BlockSerializer(serializers.Serializer[dict[str, Any]]):
    """A block, of the library or of an API that the caller imported."""

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="The name that other platforms know the block by")
    title = serializers.CharField(help_text="The name that people read")
    description = serializers.CharField()
    categories = CategorySerializer(many=True)
    inputSchema = serializers.JSONField(help_text="JSON Schema of the input pins")  # noqa: N815
    outputSchema = serializers.JSONField(help_text="JSON Schema of the output pins")  # noqa: N815
    staticOutput = serializers.BooleanField(  # noqa: N815
        help_text="Whether its values may be used again and again"
    )
    uiType = serializers.CharField(help_text="The block's role in a graph")  # noqa: N815
    queue = serializers.ChoiceField(["io", "cpu"], help_text="Which workers run it")
    effect = serializers.ChoiceField(
        ["none", "idempotent", "external"], help_text="What a second run would do"
    )
    sensitive = serializers.BooleanField(
        help_text="Whether an agent may want a person to allow each run of it"
    )
    costs = CostSerializer(many=True)
    webhook = WebhookSerializer(
        allow_null=True, help_text="What calls the block, where another site begins its runs"
    )
    contributors = ContributorSerializer(many=True)
    superseded = serializers.BooleanField(
        required=False, help_text="Whether a newer version of its API has put it aside"
    )


@cache
def catalogue_entry(spec: BlockSpec) -> dict[str, Any]:
    """Return what the API says of a block of the library or of a package. Callers must not change it."""
    origin = packages.origin(spec)
    return described(spec, *([origin] if origin else []))
