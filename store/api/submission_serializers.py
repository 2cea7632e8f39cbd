"""Shapes of what creators send to the store, and of what they get back."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from kernel.api.members import KnownMembers
from kernel.links import absolute
from store.api.numbered import NumberedSerializer
from store.categories import BY_SLUG
from store.errors import PictureMissing
from store.models import Finding, ListingVersion, Picture
from store.models.listing import LONGEST_SLUG
from store.texts import LONGEST_WORDS

NAMES = {"recommended_schedule_cron": "recommended_schedule"}
MOST_ADDRESSES = 20
CATEGORIES = ", ".join(BY_SLUG)


def picture_url(picture: Picture) -> str:
    """Return the address of a picture."""
    return absolute(reverse("webui:store-picture", args=[picture.pk]))


def picture_in(url: str) -> UUID:
    """Return the picture that an address names. Raises PictureMissing for one that is not ours."""
    with suppress(ValueError):
        pk = UUID(url.rstrip("/").rpartition("/")[2])
        path = reverse("webui:store-picture", args=[pk])
        if url in {path, absolute(path)}:
            return pk
    raise PictureMissing(
        f"{url[:100]!r} is no picture of this instance. Send it to "
        "`/api/v1/store/submissions/media/`, and use the address that this answers with."
    )


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """Something that a moderator is shown, too."""

    class Meta:
        model = Finding
        fields = ("code", "severity", "message", "where")


class SubmissionSerializer(serializers.ModelSerializer[ListingVersion]):
    """A version of a listing, as its creator sees it."""

    store_listing_version_id = serializers.UUIDField(source="pk", read_only=True)
    listing_id = serializers.UUIDField(read_only=True)
    version = serializers.IntegerField(source="number", read_only=True)
    agent_id = serializers.UUIDField(source="listing.agent_id", read_only=True)
    agent_version = serializers.IntegerField(source="graph_version.version", read_only=True)
    slug = serializers.CharField(source="listing.slug", read_only=True)
    image_urls = serializers.SerializerMethodField()
    recommended_schedule_cron = serializers.CharField(source="recommended_schedule", read_only=True)
    shows_graph = serializers.BooleanField(source="listing.shows_graph", read_only=True)
    date_submitted = serializers.DateTimeField(source="submitted_at", read_only=True)
    is_active = serializers.SerializerMethodField(help_text="Whether people get this version.")
    is_suspended = serializers.BooleanField(source="listing.is_suspended", read_only=True)
    suspended_reason = serializers.CharField(source="listing.suspended_reason", read_only=True)
    manifest = serializers.JSONField(read_only=True)
    findings = FindingSerializer(many=True, read_only=True)

    class Meta:
        model = ListingVersion
        fields: tuple[str, ...] = (
            *("store_listing_version_id", "listing_id", "version", "agent_id", "agent_version"),
            *("slug", "name", "sub_heading", "description", "categories", "image_urls"),
            *("video_url", "instructions", "recommended_schedule_cron", "changes_summary"),
            *("shows_graph", "status", "revision", "date_submitted", "reviewed_at"),
            *("review_comments", "is_active", "is_suspended", "suspended_reason"),
            *("is_screened", "manifest", "manifest_digest", "findings"),
        )
        read_only_fields: tuple[str, ...] = fields

    def get_image_urls(self, version: ListingVersion) -> list[str]:
        return [picture_url(one.picture) for one in version.shown_pictures.all()]

    def get_is_active(self, version: ListingVersion) -> bool:
        return version.listing.active_version_id == version.pk


@extend_schema_serializer(many=False)
class SubmissionsSerializer(serializers.Serializer[Any]):
    """A page of submissions, the newest first."""

    submissions = SubmissionSerializer(many=True)
    pagination = NumberedSerializer()


class ChangeSubmissionSerializer(KnownMembers):
    """What is changed of a submission; what is not named stays."""

    agent_version = serializers.IntegerField(required=False, min_value=1)
    name = serializers.CharField(required=False, max_length=LONGEST_WORDS["name"])
    sub_heading = serializers.CharField(required=False, max_length=LONGEST_WORDS["sub_heading"])
    description = serializers.CharField(
        required=False, max_length=LONGEST_WORDS["description"], help_text="Markdown."
    )
    categories = serializers.ListField(
        required=False, child=serializers.CharField(max_length=40), help_text=CATEGORIES
    )
    image_urls = serializers.ListField(
        required=False,
        max_length=MOST_ADDRESSES,
        child=serializers.CharField(max_length=500),
        help_text="Addresses that `media/` answered with, in the order in which they are shown.",
    )
    video_url = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=LONGEST_WORDS["video_url"]
    )
    instructions = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=LONGEST_WORDS["instructions"]
    )
    recommended_schedule_cron = serializers.CharField(
        required=False,
        allow_blank=True,
        allow_null=True,
        max_length=LONGEST_WORDS["recommended_schedule"],
    )
    changes_summary = serializers.CharField(
        required=False,
        allow_blank=True,
        allow_null=True,
        max_length=LONGEST_WORDS["changes_summary"],
    )
    shows_graph = serializers.BooleanField(
        required=False, help_text="Whether everybody may look at the agent's graph, and copy it."
    )

    def said(self) -> dict[str, Any]:
        """Return what a valid body says, as the actions take it."""
        found: dict[str, Any] = {"fields": {}}
        for name, value in self.validated_data.items():
            match name:
                case "agent_version":
                    found["version"] = value
                case "image_urls":
                    found["shown"] = [picture_in(url) for url in value]
                case "agent_id" | "slug" | "shows_graph" | "draft":
                    found[name] = value
                case _:
                    found["fields"][NAMES.get(name, name)] = "" if value is None else value
        return found


class NewSubmissionSerializer(ChangeSubmissionSerializer):
    """A version of an agent for the store."""

    agent_id = serializers.UUIDField()
    slug = serializers.CharField(
        required=False, max_length=LONGEST_SLUG, help_text="By default made of the name."
    )
    draft = serializers.BooleanField(
        default=False, help_text="Whether it is kept, and not sent yet."
    )


class SendPictureSerializer(serializers.Serializer[Any]):
    """A picture, as part of a form."""

    file = serializers.FileField(
        write_only=True, help_text="PNG, JPEG, WebP or GIF; 10 MB at most."
    )


class PictureSerializer(serializers.ModelSerializer[Picture]):
    """A picture as it is kept: drawn anew, as WebP."""

    image_url = serializers.SerializerMethodField()

    class Meta:
        model = Picture
        fields = ("image_url", "width", "height", "size")
        read_only_fields = fields

    def get_image_url(self, picture: Picture) -> str:
        return picture_url(picture)


class MyAgentSerializer(serializers.Serializer[Any]):
    """An agent that could be sent to the store."""

    agent_id = serializers.UUIDField()
    agent_version = serializers.IntegerField(source="version")
    agent_name = serializers.CharField(source="name")
    description = serializers.CharField()
    last_edited = serializers.DateTimeField(source="created")
    slug = serializers.CharField(allow_null=True, help_text="Of its listing; null without one.")


@extend_schema_serializer(many=False)
class MyAgentsSerializer(serializers.Serializer[Any]):
    """A page of agents, those changed last first."""

    agents = MyAgentSerializer(many=True)
    pagination = NumberedSerializer()
