"""Shapes of API keys. The text of a key is in two answers only: of its making and its rotation."""

from datetime import timedelta
from typing import Any

from django.utils.timezone import now
from rest_framework import serializers

from apikeys.models import LONGEST_DESCRIPTION, LONGEST_NAME, ApiKey
from kernel.access import Scope
from kernel.api.members import KnownMembers

LONGEST_GRACE = timedelta(days=30)
SCOPES = [scope.value for scope in Scope]


class ScopesField(serializers.ListField):
    """What a key may do. Each is named once in the answer, however often it was sent."""

    child = serializers.ChoiceField(choices=SCOPES)

    def to_internal_value(self, data: Any) -> list[Scope]:
        return sorted({Scope(name) for name in super().to_internal_value(data)})


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key, without its text: how that begins and ends."""

    head = serializers.CharField(read_only=True)
    tail = serializers.CharField(
        read_only=True, help_text="Empty for keys of releases that did not keep it."
    )
    status = serializers.ChoiceField(choices=ApiKey.Status.choices, read_only=True)
    permissions = serializers.ListField(
        child=serializers.ChoiceField(choices=SCOPES), source="scopes", read_only=True
    )
    created_at = serializers.DateTimeField(source="created", read_only=True)
    last_used_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="To the minute."
    )
    previous_text_until = serializers.SerializerMethodField()
    made_by = serializers.IntegerField(
        source="made_by_id",
        read_only=True,
        allow_null=True,
        help_text="The key that made this one; null where a person did.",
    )

    class Meta:
        model = ApiKey
        fields = (
            "id",
            "name",
            "description",
            "head",
            "tail",
            "status",
            "permissions",
            "created_at",
            "last_used_at",
            "expires_at",
            "revoked_at",
            "previous_text_until",
            "made_by",
        )
        read_only_fields = fields

    def get_previous_text_until(self, key: ApiKey) -> str | None:
        """Return when the text before the last rotation stops working; null where none does."""
        if key.old_until is None or not key.takes_old_text:
            return None
        return serializers.DateTimeField().to_representation(key.old_until)


class CreateApiKeySerializer(KnownMembers):
    """What a new key is called, and what it may do."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    permissions = ScopesField(help_text="None: the key opens nothing but who it is for.")
    description = serializers.CharField(
        max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True, default=""
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Null for never."
    )

    def validate_expires_at(self, moment: Any) -> Any:
        if moment is not None and moment <= now():
            raise serializers.ValidationError("This moment has passed.")
        return moment


class ChangeApiKeySerializer(KnownMembers):
    """What a key is called."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    description = serializers.CharField(
        max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True
    )


class PermissionsSerializer(KnownMembers):
    """What a key may do from now on."""

    permissions = ScopesField()


class RotateApiKeySerializer(KnownMembers):
    """How long the present text works beside the new one."""

    grace_seconds = serializers.IntegerField(
        min_value=0,
        max_value=int(LONGEST_GRACE.total_seconds()),
        default=0,
        help_text="0: it ends at once.",
    )


class IssuedApiKeySerializer(serializers.Serializer[Any]):
    """A key and its text, which is never shown again."""

    api_key = ApiKeySerializer(source="key", read_only=True)
    plain_text_key = serializers.CharField(source="text", read_only=True)
