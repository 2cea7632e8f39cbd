"""Shapes of what moderators see and say."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from kernel.api.members import KnownMembers
from store.api.numbered import NumberedSerializer, PageQuerySerializer
from store.api.submission_serializers import SubmissionSerializer
from store.models import Decision, Listing
from store.models.listing import LONGEST_REASON
from store.models.version import LONGEST_COMMENTS, STATES


class ModeratedSerializer(SubmissionSerializer):
    """A version, as moderators see it."""

    creator = serializers.CharField(source="listing.owner.username", read_only=True)
    reviewer_id = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta(SubmissionSerializer.Meta):
        fields = (*SubmissionSerializer.Meta.fields, "creator", "reviewer_id", "internal_comments")
        read_only_fields = fields


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """A step of a listing's history."""

    class Meta:
        model = Decision
        fields = (
            *("created", "version_id", "action", "before", "after", "by_id", "role"),
            *("revision", "manifest_digest", "comments", "internal_comments"),
        )
        read_only_fields = fields


class ModeratedListingSerializer(serializers.ModelSerializer[Listing]):
    """A listing with all its versions."""

    listing_id = serializers.UUIDField(source="pk", read_only=True)
    creator = serializers.CharField(source="owner.username", read_only=True)
    has_approved_version = serializers.SerializerMethodField()
    versions = ModeratedSerializer(many=True, read_only=True)

    class Meta:
        model = Listing
        fields = (
            *("listing_id", "slug", "creator", "agent_id", "active_version_id"),
            *("has_approved_version", "suspended_at", "suspended_reason", "created", "versions"),
        )
        read_only_fields = fields

    def get_has_approved_version(self, listing: Listing) -> bool:
        return listing.active_version_id is not None


@extend_schema_serializer(many=False)
class ModeratedListingsSerializer(serializers.Serializer[Any]):
    """A page of listings, those that wait longest first."""

    listings = ModeratedListingSerializer(many=True)
    pagination = NumberedSerializer()


class QueueQuerySerializer(PageQuerySerializer):
    """Which listings are wanted."""

    status = serializers.ChoiceField(required=False, choices=STATES)
    search = serializers.CharField(required=False, max_length=100)


class ReviewSerializer(KnownMembers):
    """What a moderator decides."""

    is_approved = serializers.BooleanField()
    comments = serializers.CharField(
        default="", allow_blank=True, max_length=LONGEST_COMMENTS, help_text="For the creator."
    )
    internal_comments = serializers.CharField(
        default="", allow_blank=True, max_length=LONGEST_COMMENTS, help_text="For moderators."
    )
    revision = serializers.IntegerField(
        required=False, min_value=1, help_text="What was looked at; another one is a conflict."
    )
    store_listing_version_id = serializers.UUIDField(required=False)


class SuspendSerializer(KnownMembers):
    """Why a listing is hidden."""

    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="Its creator reads it.")
    internal_comments = serializers.CharField(
        default="", allow_blank=True, max_length=LONGEST_COMMENTS
    )
