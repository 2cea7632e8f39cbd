"""API keys: list, make, see, rename, change what they may do, suspend, resume, rotate, revoke.

A key with the scope IDENTITY may do all this, for keys that may do no more than itself.
"""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.people import person
from apikeys import services
from apikeys.api.serializers import (
    ApiKeySerializer,
    ChangeApiKeySerializer,
    CreateApiKeySerializer,
    IssuedApiKeySerializer,
    PermissionsSerializer,
    RotateApiKeySerializer,
)
from apikeys.authentication import asking_key
from apikeys.models import ApiKey
from kernel.access import Scope
from kernel.api.access import needs

SECRET = {"Cache-Control": "no-store"}


class ApiKeyViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[ApiKey]):
    """A person's keys, revoked ones too."""

    access = dict.fromkeys(
        (
            *("list", "retrieve", "create", "partial_update", "destroy"),
            *("permissions", "suspend", "resume", "rotate"),
        ),
        needs(Scope.IDENTITY),
    )
    serializer_class = ApiKeySerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[ApiKey]:
        return ApiKey.objects.visible_to(self.request.user).select_related("user")

    @extend_schema(request=CreateApiKeySerializer, responses={201: IssuedApiKeySerializer})
    def create(self, request: Request) -> Response:
        """Make a key. Its text is in this answer, and nowhere else."""
        asked = _asked(CreateApiKeySerializer, request)
        scopes = asked.pop("permissions")
        issued = services.create(person(request), scopes=scopes, by=asking_key(request), **asked)
        location = reverse("api-key-detail", args=[issued.key.pk], request=request)
        shown = IssuedApiKeySerializer(issued).data
        return Response(shown, status=201, headers={"Location": location, **SECRET})

    @extend_schema(request=ChangeApiKeySerializer, responses=ApiKeySerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Rename or describe a key."""
        key = self.get_object()
        asked = _asked(ChangeApiKeySerializer, request)
        return _answer(services.change(key, by=asking_key(request), **asked))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Revoke a key for good, and with it all keys that it made. It stays in the list."""
        services.revoke(self.get_object(), by=asking_key(request))
        return Response(status=204)

    @extend_schema(request=PermissionsSerializer, responses=ApiKeySerializer)
    @action(detail=True, methods=["put"])
    def permissions(self, request: Request, pk: int) -> Response:
        """Choose what a key may do."""
        key = self.get_object()
        scopes = _asked(PermissionsSerializer, request)["permissions"]
        return _answer(services.change(key, by=asking_key(request), scopes=scopes))

    @extend_schema(request=None, responses=ApiKeySerializer)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: int) -> Response:
        """Let a key, and all keys that it made, open nothing for now."""
        return _answer(services.suspend(self.get_object(), by=asking_key(request)))

    @extend_schema(request=None, responses=ApiKeySerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: int) -> Response:
        """Let a suspended key work again."""
        return _answer(services.resume(self.get_object(), by=asking_key(request)))

    @extend_schema(request=RotateApiKeySerializer, responses=IssuedApiKeySerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: int) -> Response:
        """Give a key a new text. The present one works on for the time given, or ends at once."""
        key = self.get_object()
        grace = timedelta(seconds=_asked(RotateApiKeySerializer, request)["grace_seconds"])
        issued = services.rotate(key, grace=grace, by=asking_key(request))
        return Response(IssuedApiKeySerializer(issued).data, headers=SECRET)


def _asked(shape: Any, request: Request) -> dict[str, Any]:
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    found: dict[str, Any] = asked.validated_data
    return found


def _answer(key: ApiKey) -> Response:
    return Response(ApiKeySerializer(key).data)
