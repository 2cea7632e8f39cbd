"""A block as the API shows it: the same members that the builder's palette and forms read."""

from functools import cache
from typing import Any

from rest_framework import serializers

from blocks.sdk import BlockSpec

ERROR_PIN = {
    "title": "Error",
    "description": "Why the block failed, if it did",
    "type": "string",
    "advanced": False,
}


class CategorySerializer(serializers.Serializer[dict[str, str]]):
    category = serializers.CharField()
    description = serializers.CharField()


class CostSerializer(serializers.Serializer[dict[str, Any]]):
    cost_amount = serializers.IntegerField()
    cost_filter = serializers.JSONField()
    cost_type = serializers.CharField()


class ContributorSerializer(serializers.Serializer[dict[str, str]]):
    name = serializers.CharField()


class BlockSerializer(serializers.Serializer[dict[str, Any]]):
    """The shape of ``catalogue_entry``."""

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
    contributors = ContributorSerializer(many=True)


@cache
def catalogue_entry(spec: BlockSpec) -> dict[str, Any]:
    """Return what the API says of the block. Callers must not change it."""
    return {
        "id": str(spec.id),
        "name": spec.name,
        "title": spec.title,
        "description": spec.description,
        "categories": [
            {"category": category.name, "description": category.value}
            for category in spec.categories
        ],
        "inputSchema": spec.inputs.json_schema(),
        "outputSchema": _output_schema(spec),
        "staticOutput": spec.static_output,
        "uiType": spec.kind.value,
        "queue": spec.queue,
        "effect": spec.effect,
        "sensitive": spec.sensitive,
        "costs": [],
        "contributors": [],
    }


def _output_schema(spec: BlockSpec) -> dict[str, Any]:
    schema = spec.outputs.json_schema()
    if not spec.has_error_pin:
        return schema
    return {**schema, "properties": {**schema.get("properties", {}), "error": ERROR_PIN}}
