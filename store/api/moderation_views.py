"""What moderators do: look at listings, decide about versions, suspend and restore."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.people import person
from kernel.api.access import only
from store.actions.approve import approve
from store.actions.reject import reject
from store.actions.restore import restore
from store.actions.suspend import suspend
from store.api.moderation_serializers import (
    DecisionSerializer,
    ModeratedListingSerializer,
    ModeratedListingsSerializer,
    ModeratedSerializer,
    QueueQuerySerializer,
    ReviewSerializer,
    SuspendSerializer,
)
from store.api.numbered import numbered
from store.api.submission_views import with_all
from store.deciding import RIGHT, Comments
from store.models import Listing, ListingVersion


def is_moderator(user: Any) -> bool:
    """Return whether the user decides about listings."""
    return bool(user.has_perm(RIGHT))


MODERATORS = only(is_moderator)


class ModerationViewSet(GenericViewSet[Listing]):
    """All listings, for moderators."""

    access = dict.fromkeys(("list", "retrieve", "suspend", "restore", "history"), MODERATORS)
    serializer_class = ModeratedListingSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        versions = with_all(ListingVersion.objects.select_related("listing__owner"))
        shown = Prefetch("versions", versions.order_by("-number"))
        return Listing.objects.living().select_related("owner").prefetch_related(shown)

    @extend_schema(parameters=[QueueQuerySerializer], responses=ModeratedListingsSerializer)
    def list(self, request: Request) -> Response:
        """List listings, the oldest first, by what became of a version of theirs."""
        query = QueueQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        versions = ListingVersion.objects.filter(listing=OuterRef("pk"))
        rows = self.get_queryset()
        if status := asked.get("status"):
            rows = rows.filter(Exists(versions.filter(status=status)))
        if text := asked.get("search"):
            named = Exists(versions.filter(name__icontains=text))
            rows = rows.filter(Q(slug__icontains=text) | Q(owner__username__iexact=text) | named)
        found = numbered(rows.order_by("created", "pk"), asked)
        told = {"listings": found.rows, "pagination": found.pagination}
        return Response(ModeratedListingsSerializer(told).data)

    @extend_schema(responses=ModeratedListingSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """See a listing with all its versions."""
        return Response(ModeratedListingSerializer(self.get_object()).data)

    @extend_schema(request=SuspendSerializer, responses=ModeratedListingSerializer)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: UUID) -> Response:
        """Hide a listing from everybody at once."""
        listing = self.get_object()
        asked = SuspendSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        suspend(
            person(request), listing.pk, reason=said["reason"], internal=said["internal_comments"]
        )
        return self.retrieve(request, pk)

    @extend_schema(request=None, responses=ModeratedListingSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Let a suspended listing be seen again."""
        restore(person(request), self.get_object().pk)
        return self.retrieve(request, pk)

    @extend_schema(responses=DecisionSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def history(self, request: Request, pk: UUID) -> Response:
        """See who decided what, the newest first."""
        rows = self.get_object().decisions.order_by("-pk")
        return Response(DecisionSerializer(rows, many=True).data)


class ReviewView(APIView):
    """Decide about a version that waits."""

    access = {"post": MODERATORS}

    @extend_schema(
        request=ReviewSerializer,
        responses=ModeratedSerializer,
        operation_id="store_review_submission",
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Approve or reject a version. Of two who decide at once, the second gets a 409."""
        asked = ReviewSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        decide = approve if said["is_approved"] else reject
        decided = decide(
            person(request),
            pk,
            comments=Comments(said["comments"], said["internal_comments"]),
            revision=said.get("revision"),
        )
        rows = with_all(ListingVersion.objects.select_related("listing__owner"))
        return Response(ModeratedSerializer(rows.get(pk=decided.pk)).data)
