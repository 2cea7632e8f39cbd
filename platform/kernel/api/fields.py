"""Serializer fields that say in OpenAPI what their JSON looks like."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kernel.jsontypes import JSONObject


def json_field(schema: JSONObject, **options: Any) -> serializers.JSONField:
    """Return a JSON field that OpenAPI describes by the schema.

    ``extend_schema_field`` marks the class it gets, so each field has a class of its own: on
    DRF's the mark would hold for every JSON field there is.
    """
    kind = type("JSONField", (serializers.JSONField,), {})
    field: serializers.JSONField = extend_schema_field(schema)(kind)(**options)
    return field
