"""The audit log: read it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from audit.api.serializers import EntrySerializer, QuerySerializer
from audit.looking import chosen
from audit.models import Entry, EntryQuerySet, reads_all
from kernel.access import Scope
from kernel.api.access import needs


class AuditViewSet(ListModelMixin, GenericViewSet[Entry]):
    """What was done to a person's account and things; for staff with the right, to everybody's."""

    access = {"list": needs(Scope.IDENTITY)}
    serializer_class = EntrySerializer

    def get_queryset(self) -> EntryQuerySet:
        return Entry.objects.visible_to(self.request.user).with_people()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "reads_all": reads_all(self.request.user)}

    @extend_schema(parameters=[QuerySerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List lines, the newest first."""
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the lines that the query asks for. Raises ValidationError."""
        query = QuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        reader = None if reads_all(self.request.user) else self.request.user
        return chosen(queryset, query.validated_data, reader=reader)
