"""Fields that runs' shapes share."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field({"nullable": True})
class AnyValueField(serializers.JSONField):
    """A JSON value of any kind, null too."""
