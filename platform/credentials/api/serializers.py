"""Shapes of credentials. A secret is in no answer."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from credentials.client import is_set_up
from credentials.entering import LONGEST_URL
from credentials.kinds import Kind
from credentials.models import LONGEST_TITLE, Credential
from credentials.provider import Provider
from kernel.api.fields import json_field
from kernel.api.members import KnownMembers

TYPES = [kind.value for kind in Kind]
STATUSES = ("ready", "expired", "reconnect")
HEADERS = {"type": "object", "additionalProperties": {"type": "string"}}
SCOPES = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": "What may be asked for, and what that allows.",
}


class CredentialSerializer(serializers.ModelSerializer[Credential]):
    """A credential: everything but its secret. `id`, `provider`, `type` and `title` name it."""

    type = serializers.ChoiceField(choices=TYPES, source="kind", read_only=True)
    hosts = serializers.SerializerMethodField(help_text="Where its secret may go.")
    status = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="created", read_only=True)
    updated_at = serializers.DateTimeField(source="updated", read_only=True)

    class Meta:
        model = Credential
        fields = (
            "id",
            "provider",
            "type",
            "title",
            "username",
            "host",
            "base_url",
            "hosts",
            "scopes",
            "expires_at",
            "status",
            "created_at",
            "updated_at",
            "last_used_at",
        )
        read_only_fields = fields

    def get_hosts(self, credential: Credential) -> list[str]:
        declared = credential.declared
        own = [credential.host] if credential.host else []
        return list(declared.hosts) or own if declared else []

    @extend_schema_field(serializers.ChoiceField(choices=STATUSES))
    def get_status(self, credential: Credential) -> str:
        """Return whether it can be used now, and what is to be done if not."""
        if credential.needs_reconnecting:
            return "reconnect"
        return "expired" if credential.has_expired else "ready"


class SecretSerializer(KnownMembers):
    """What is entered for a credential; which of it, its type says."""

    api_key = serializers.CharField(
        required=False, allow_blank=True, help_text="Of `api_key`.", write_only=True
    )
    username = serializers.CharField(required=False, help_text="Of `user_password`.")
    password = serializers.CharField(
        required=False,
        trim_whitespace=False,
        help_text="Of `user_password`.",
        write_only=True,
    )
    headers = json_field(
        HEADERS, required=False, help_text="Of `host_scoped`: values by name.", write_only=True
    )
    host = serializers.CharField(
        required=False,
        help_text="Where the secret may go, for providers without hosts of their own: "
        "`api.example.org`, `mail.example.org:587`, `*.example.org`.",
    )
    base_url = serializers.CharField(
        required=False, help_text="Where the service is, for providers that have a `base_url`."
    )
    expires_at = serializers.DateTimeField(required=False, help_text="When it stops working.")


class CreateCredentialSerializer(SecretSerializer):
    """A new credential."""

    type = serializers.ChoiceField(choices=TYPES)
    title = serializers.CharField(
        max_length=LONGEST_TITLE, required=False, allow_blank=True, default=""
    )


class ChangeCredentialSerializer(SecretSerializer):
    """What changes of a credential; a secret that is not given stays."""

    title = serializers.CharField(max_length=LONGEST_TITLE, required=False)


class DeleteQuerySerializer(serializers.Serializer[Any]):
    """How a credential is deleted."""

    force = serializers.BooleanField(
        default=False, help_text="Also where agents name it; they then ask for another one."
    )


class DeletedSerializer(serializers.Serializer[Any]):
    """What became of a deleted credential."""

    deleted = serializers.BooleanField()
    revoked = serializers.BooleanField(
        allow_null=True,
        help_text="Whether the provider ended it, too; null where that cannot be asked for.",
    )


class ListQuerySerializer(serializers.Serializer[Any]):
    """Which credentials are wanted."""

    provider = serializers.CharField(required=False, help_text="Only of this provider.")
    type = serializers.ChoiceField(choices=TYPES, required=False, help_text="Only of this type.")


class LoginQuerySerializer(serializers.Serializer[Any]):
    """What somebody who connects an account allows."""

    scopes = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        help_text="Besides the provider's usual ones; separated by commas or blanks.",
    )
    credential = serializers.UUIDField(
        required=False, help_text="The credential that is connected again."
    )

    server_url = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=LONGEST_URL,
        help_text="Which server, of the provider `mcp`.",
    )


class LoginSerializer(serializers.Serializer[Any]):
    """Where to send the browser."""

    login_url = serializers.CharField()
    state_token = serializers.CharField(help_text="Good once, in this session, for 15 minutes.")


class CallbackSerializer(KnownMembers):
    """What the browser brought back."""

    code = serializers.CharField(max_length=4096)
    state_token = serializers.CharField(max_length=100)
    iss = serializers.CharField(
        max_length=LONGEST_URL,
        required=False,
        allow_blank=True,
        default="",
        help_text="As it came back, if it did.",
    )


class ProviderSerializer(serializers.Serializer[Provider]):
    """A service that asks for credentials."""

    name = serializers.CharField()
    title = serializers.CharField()
    types = serializers.ListField(child=serializers.ChoiceField(choices=TYPES), source="kinds")
    hosts = serializers.ListField(
        child=serializers.CharField(),
        help_text="Where its secrets may go; none: each credential says it.",
    )
    base_url = serializers.CharField(
        help_text="Not empty: credentials have a `base_url`, such as this one."
    )
    help_url = serializers.CharField(help_text="Where to get what is to be entered.")
    keyless = serializers.BooleanField(help_text="Whether it can be used without a key.")
    can_connect = serializers.SerializerMethodField()
    scopes = serializers.SerializerMethodField()

    def get_can_connect(self, provider: Provider) -> bool:
        """Return whether this instance is set up to connect accounts by OAuth."""
        return is_set_up(provider)

    @extend_schema_field(SCOPES)
    def get_scopes(self, provider: Provider) -> dict[str, str]:
        return dict(provider.oauth.scopes) if provider.oauth else {}
