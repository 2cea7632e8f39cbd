"""Limits of credentials: list, see, set and lift."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.people import person
from agents.executions import places
from agents.executions.models import CredentialLimit
from agents.executions.models.credential_limit import LONGEST_CREDENTIAL
from kernel.access import Scope
from kernel.api.access import needs
from kernel.api.members import KnownMembers
from kernel.errors import NotFound

GREATEST = 1_000_000


class CredentialLimitSerializer(KnownMembers, serializers.ModelSerializer[CredentialLimit]):
    """How many node executions may use a credential at once, and how often it may be used."""

    credential_id = serializers.CharField(source="credential", read_only=True)
    max_concurrent = serializers.IntegerField(
        min_value=1, max_value=GREATEST, allow_null=True, default=None
    )
    rate_amount = serializers.IntegerField(
        min_value=1,
        max_value=GREATEST,
        allow_null=True,
        default=None,
        help_text="So many uses in `rate_seconds`; so many at once after a pause.",
    )
    rate_seconds = serializers.IntegerField(
        min_value=1, max_value=GREATEST, allow_null=True, default=None
    )

    class Meta:
        model = CredentialLimit
        fields = ("credential_id", "max_concurrent", "rate_amount", "rate_seconds")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse half a rate, and a limit that limits nothing."""
        if (attrs["rate_amount"] is None) != (attrs["rate_seconds"] is None):
            raise serializers.ValidationError(
                "Give `rate_amount` and `rate_seconds` together, or neither."
            )
        if attrs["max_concurrent"] is None and attrs["rate_amount"] is None:
            raise serializers.ValidationError("Give `max_concurrent`, a rate, or both.")
        return attrs


class CredentialLimitViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[CredentialLimit]):
    """The limits of a person's credentials, by the credentials' ids."""

    access = {
        **dict.fromkeys(("list", "retrieve"), needs(Scope.READ_INTEGRATIONS)),
        "update": needs(Scope.MANAGE_INTEGRATIONS),
        "destroy": needs(Scope.READ_INTEGRATIONS, Scope.DELETE_INTEGRATIONS),
    }
    serializer_class = CredentialLimitSerializer
    lookup_field = "credential"
    lookup_url_kwarg = "credential_id"
    lookup_value_converter = "str"
    ordering = "pk"

    def get_queryset(self) -> QuerySet[CredentialLimit]:
        return CredentialLimit.objects.visible_to(self.request.user)

    @extend_schema(
        responses={200: CredentialLimitSerializer, 201: CredentialLimitSerializer},
    )
    def update(self, request: Request, credential_id: str) -> Response:
        """Set the credential's limit; it holds for what begins from now on."""
        if len(credential_id) > LONGEST_CREDENTIAL or "\x00" in credential_id:
            raise NotFound("No credential has such an id.")
        asked = CredentialLimitSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        limit, created = places.set_limit(person(request), credential_id, **asked.validated_data)
        return Response(CredentialLimitSerializer(limit).data, status=201 if created else 200)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, credential_id: str) -> Response:
        """Lift the limit; what waits for a place goes on."""
        places.remove_limit(self.get_object())
        return Response(status=204)
