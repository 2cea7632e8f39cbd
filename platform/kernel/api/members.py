"""Bodies that have the members that they have: an unknown one is refused, not ignored.

Whoever misspells `inputs` would start a run without any, and whoever misspells `expires_at` would get a key
that never expires, each with an answer that says that all is well.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

MOST_TOLD = 10
LONGEST_TOLD = 100


class KnownMembers(serializers.Serializer[Any]):
    """A body whose members are all known. Those that only answers have are let through, and change nothing."""

    # Further names that clients of the AutoGPT Platform use.
    also_known: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        self.refuse_unknown(data)
        return super().to_internal_value(data)

    def refuse_unknown(self, data: Any) -> None:
        """Raise ValidationError for members that nobody reads."""
        if not isinstance(data, Mapping):
            return
        known = self.fields.keys() | self.also_known
        unknown = [str(name)[:LONGEST_TOLD] for name in data if name not in known]
        if unknown:
            writable = [name for name, field in self.fields.items() if not field.read_only]
            sentence = f"There is no such member. There are: {', '.join(writable)}."
            error = ErrorDetail(sentence, code="unknown_key")
            raise serializers.ValidationError({name: [error] for name in unknown[:MOST_TOLD]})


class KnownMembersExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says in OpenAPI that a body has no other members."""

    target_class = KnownMembers
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(
            self.target, direction, bypass_extensions=True
        )
        if direction == "request" and not self.target.also_known:
            schema["additionalProperties"] = False
        return schema
