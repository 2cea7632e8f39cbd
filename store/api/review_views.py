"""What people say of agents in the store: reviews, answers to them, reports."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.people import person
from kernel.access import Scope
from kernel.api.access import ANYONE, needs
from kernel.api.members import KnownMembers
from kernel.errors import NotFound
from store.actions import rate
from store.actions.report import report
from store.api.numbered import NumberedSerializer, PageQuerySerializer, numbered
from store.models import Listing, ListingReview, Reason
from store.models.review import LEAST, LONGEST_ANSWER, LONGEST_REPORT, LONGEST_REVIEW, MOST

WRITE = needs(Scope.READ_STORE, Scope.WRITE_LIBRARY)


class ListingReviewSerializer(serializers.ModelSerializer[ListingReview]):
    """A review of an agent, as everybody sees it."""

    store_listing_version_id = serializers.UUIDField(source="version_id", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True, default=None)
    author = serializers.CharField(source="author.username", read_only=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)
    updated_at = serializers.DateTimeField(source="updated", read_only=True)

    class Meta:
        model = ListingReview
        fields = (
            *("id", "store_listing_version_id", "version", "author", "score", "comments"),
            *("created_at", "updated_at", "answer", "answered_at"),
        )
        read_only_fields = fields


class ListingReviewsSerializer(serializers.Serializer[Any]):
    """A page of reviews, the last written first."""

    reviews = ListingReviewSerializer(many=True)
    pagination = NumberedSerializer()


class WriteReviewSerializer(KnownMembers):
    """What somebody says of an agent."""

    store_listing_version_id = serializers.UUIDField(
        required=False, help_text="The version that it is about; else the present one."
    )
    score = serializers.IntegerField(min_value=LEAST, max_value=MOST)
    comments = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_REVIEW
    )


class AnswerSerializer(KnownMembers):
    """What a creator answers."""

    text = serializers.CharField(allow_blank=True, max_length=LONGEST_ANSWER)


class ReportSerializer(KnownMembers):
    """Why somebody points moderators at something."""

    reason = serializers.ChoiceField(choices=Reason.choices)
    text = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_REPORT
    )


class ReportedSerializer(serializers.Serializer[Any]):
    """A report that was taken."""

    id = serializers.UUIDField()


class ReviewsView(APIView):
    """The reviews of an agent."""

    access = {"get": ANYONE}

    @extend_schema(parameters=[PageQuerySerializer], responses=ListingReviewsSerializer)
    def get(self, request: Request, username: str, slug: str) -> Response:
        """List the reviews, the last written first."""
        listing = found(username, slug)
        asked = PageQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rows = ListingReview.objects.shown().filter(listing=listing)
        rows = rows.select_related("author", "version").order_by("-updated", "-pk")
        page = numbered(rows, asked.validated_data)
        told = {"reviews": page.rows, "pagination": page.pagination}
        return Response(ListingReviewsSerializer(told).data)


class ReviewView(APIView):
    """A person's own review of an agent."""

    access = {
        "get": needs(Scope.READ_STORE),
        **dict.fromkeys(("post", "delete"), WRITE),
    }

    @extend_schema(responses=ListingReviewSerializer)
    def get(self, request: Request, username: str, slug: str) -> Response:
        """See one's own review."""
        rows = ListingReview.objects.visible_to(request.user).select_related("author", "version")
        own = rows.filter(listing=found(username, slug)).first()
        if own is None:
            raise NotFound(rate.MISSING)
        return Response(ListingReviewSerializer(own).data)

    @extend_schema(
        request=WriteReviewSerializer,
        responses={200: ListingReviewSerializer, 201: ListingReviewSerializer},
    )
    def post(self, request: Request, username: str, slug: str) -> Response:
        """Review an agent that one ran to its end, or change one's review."""
        listing = found(username, slug)
        asked = WriteReviewSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        review, is_new = rate.rate(
            person(request),
            listing,
            score=said["score"],
            comments=said["comments"],
            version=said.get("store_listing_version_id"),
        )
        return Response(ListingReviewSerializer(review).data, status=201 if is_new else 200)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, username: str, slug: str) -> Response:
        """Take one's review back."""
        rate.take_back(person(request), found(username, slug))
        return Response(status=204)


class AnswerView(APIView):
    """The creator's answer to a review."""

    access = {"post": WRITE}

    @extend_schema(request=AnswerSerializer, responses=ListingReviewSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Answer a review of one's agent; an empty text takes the answer away."""
        review = found_review(pk)
        rate.require_creator(person(request), review)
        asked = AnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        answered = rate.answer(person(request), review, asked.validated_data["text"])
        return Response(ListingReviewSerializer(answered).data)


class ListingReportView(APIView):
    """Reports of an agent."""

    access = {"post": needs(Scope.READ_STORE)}

    @extend_schema(request=ReportSerializer, responses={201: ReportedSerializer})
    def post(self, request: Request, username: str, slug: str) -> Response:
        """Point moderators at an agent of the store."""
        return _reported(request, found(username, slug), None)


class ReviewReportView(APIView):
    """Reports of a review."""

    access = {"post": needs(Scope.READ_STORE)}

    @extend_schema(request=ReportSerializer, responses={201: ReportedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Point moderators at a review."""
        review = found_review(pk)
        return _reported(request, review.listing, review)


def found(username: str, slug: str) -> Listing:
    """Return the listing that everybody sees under this address. Raises NotFound."""
    rows = Listing.objects.public().select_related("active_version")
    listing = rows.filter(owner__username__iexact=username, slug=slug.lower()).first()
    if listing is None:
        raise NotFound(rate.MISSING)
    return listing


def found_review(pk: UUID) -> ListingReview:
    """Return a review that everybody sees. Raises NotFound."""
    rows = ListingReview.objects.shown().filter(pk=pk, listing__in=Listing.objects.public())
    review = rows.select_related("listing").first()
    if review is None:
        raise NotFound("There is no such review.")
    return review


def _reported(request: Request, listing: Listing, review: ListingReview | None) -> Response:
    asked = ReportSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    made, _ = report(person(request), listing, review=review, **asked.validated_data)
    return Response({"id": str(made.pk)}, status=201)
