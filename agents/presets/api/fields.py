"""Fields that presets and schedules share."""

from typing import Any

from rest_framework import serializers

from agents.graphs.references import LAST_VERSION
from kernel.api.fields import json_field

OBJECT = {"type": "object", "additionalProperties": True}


class ObjectField(serializers.DictField):
    """A JSON object, as it is."""

    default_error_messages = {"not_a_dict": "This must be an object of values by name."}


def inputs_field(**options: Any) -> ObjectField:
    return ObjectField(
        required=False,
        help_text="The agent's inputs by name, as its `input_schema` says.",
        **options,
    )


def credentials_field(**options: Any) -> ObjectField:
    return ObjectField(
        required=False,
        help_text="Credentials by name, as the agent's `credentials_input_schema` says.",
        **options,
    )


def version_field(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1,
        max_value=LAST_VERSION,
        required=False,
        allow_null=True,
        help_text="The version that runs; null for the one that is active then.",
        **options,
    )


def object_field() -> serializers.JSONField:
    return json_field(OBJECT, read_only=True)
