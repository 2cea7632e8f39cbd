"""Webhooks and what was sent to them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.people import person
from agents.news import services
from agents.news.api.serializers import (
    ChangeEndpointSerializer,
    CreateEndpointSerializer,
    DeliverySerializer,
    EndpointSerializer,
    IssuedEndpointSerializer,
)
from agents.news.models import Delivery, Endpoint
from kernel.access import Scope
from kernel.api.access import needs

SECRET = {"Cache-Control": "no-store"}
SEE = needs(Scope.READ_INTEGRATIONS, Scope.READ_GRAPH)
MANAGE = needs(Scope.READ_INTEGRATIONS, Scope.MANAGE_INTEGRATIONS, Scope.READ_GRAPH)


class EndpointViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Endpoint]):
    """Addresses that are called when something happens."""

    access = {
        **dict.fromkeys(("list", "retrieve"), SEE),
        **dict.fromkeys(("create", "partial_update", "rotate", "test"), MANAGE),
        "destroy": needs(Scope.READ_INTEGRATIONS, Scope.DELETE_INTEGRATIONS),
    }
    serializer_class = EndpointSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Endpoint]:
        return Endpoint.objects.visible_to(self.request.user)

    @extend_schema(request=CreateEndpointSerializer, responses={201: IssuedEndpointSerializer})
    def create(self, request: Request) -> Response:
        """Make a webhook. Its secret is in this answer, and nowhere else."""
        issued = services.create(person(request), **_said(CreateEndpointSerializer, request))
        place = reverse("webhook-detail", args=[issued.endpoint.pk], request=request)
        shown = IssuedEndpointSerializer.of(issued).data
        return Response(shown, status=201, headers={"Location": place, **SECRET})

    @extend_schema(request=ChangeEndpointSerializer, responses=EndpointSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a webhook, or turn it on or off."""
        endpoint = self.get_object()
        changed = services.change(endpoint, **_said(ChangeEndpointSerializer, request))
        return Response(EndpointSerializer(changed).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a webhook with its log."""
        services.delete(self.get_object())
        return Response(status=204)

    @extend_schema(request=None, responses=IssuedEndpointSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """Give a webhook a new secret. For a day, calls are signed by the former one too."""
        issued = services.rotate(self.get_object())
        return Response(IssuedEndpointSerializer.of(issued).data, headers=SECRET)

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Send a test event, also to a webhook that is turned off."""
        delivery = services.test(self.get_object())
        return Response(DeliverySerializer(delivery).data, status=202)


class DeliveryViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Delivery]):
    """What was sent to a webhook, newest first, for a month."""

    access = {**dict.fromkeys(("list", "retrieve"), SEE), "redeliver": MANAGE}
    serializer_class = DeliverySerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Delivery]:
        rows = Delivery.objects.visible_to(self.request.user)
        if "endpoint" not in self.kwargs:  # the schema is being made
            return rows
        mine = Endpoint.objects.visible_to(self.request.user)
        endpoint = get_object_or_404(mine, pk=self.kwargs["endpoint"])
        return rows.filter(endpoint=endpoint)

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def redeliver(self, request: Request, **_: Any) -> Response:
        """Send an event once more, at once."""
        delivery = services.redeliver(self.get_object())
        return Response(DeliverySerializer(delivery).data, status=202)


def _said(shape: type[CreateEndpointSerializer], request: Request) -> dict[str, Any]:
    body = shape(data=request.data)
    body.is_valid(raise_exception=True)
    return body.to_said()
