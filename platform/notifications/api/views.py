"""Notifications: list them, count what is unread, mark as read."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.access import Scope
from kernel.api.access import needs
from notifications import services
from notifications.api.serializers import CountSerializer, NotificationSerializer, ReadSerializer
from notifications.models import Notification


class NotificationViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Notification]):
    """What the caller was told."""

    access = {
        **dict.fromkeys(("list", "retrieve", "unread"), needs(Scope.READ_GRAPH)),
        "read": needs(Scope.READ_GRAPH, Scope.IDENTITY),
    }
    serializer_class = NotificationSerializer
    ordering = "-updated"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Notification]:
        return Notification.objects.visible_to(self.request.user)

    @extend_schema(responses=CountSerializer)
    @action(detail=False, methods=["get"])
    def unread(self, request: Request) -> Response:
        """Count the notifications that nobody has read."""
        rows = Notification.objects.visible_to(request.user).unread()
        return Response({"count": rows.count()})

    @extend_schema(request=ReadSerializer, responses=CountSerializer)
    @action(detail=False, methods=["post"])
    def read(self, request: Request) -> Response:
        """Mark notifications as read, and return how many were not before."""
        body = ReadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        ids = body.validated_data.get("ids", ())
        return Response({"count": services.mark_read(request.user, *ids)})
