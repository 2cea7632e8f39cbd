"""Versions of listings: what a creator sends, a moderator decides about, and people get."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from agents.graphs.exchange import LONGEST_NAME
from agents.graphs.models import GraphVersion
from agents.schedules.clock import LONGEST_LINE
from kernel.access import Scope, may
from kernel.models import Identified, Timestamped
from store.models.listing import Listing
from store.moderation import OPEN, State

LONGEST_SUB_HEADING = 200
LONGEST_DESCRIPTION = 10_000
LONGEST_CHANGES = 2000
LONGEST_COMMENTS = 5000
LONGEST_URL = 500
LONGEST_CATEGORY = 40
DIGITS = 64
STATES = [(state.value, state.value.capitalize()) for state in State]


class ListingVersionQuerySet(models.QuerySet["ListingVersion"]):
    """Questions about versions of listings."""

    def visible_to(self, user: Any) -> Self:
        """Return the versions of the user's own listings, as far as these are visible."""
        rows = self.filter(listing__owner_id=user.pk, listing__deleted_at=None)
        return rows if may(user, Scope.READ_STORE) else rows.none()

    def open(self) -> Self:
        """Return what is not decided yet."""
        return self.filter(status__in=OPEN)

    def pending(self) -> Self:
        """Return what waits for a moderator."""
        return self.filter(status=State.PENDING, listing__deleted_at=None)

    def approved(self) -> Self:
        return self.filter(status=State.APPROVED)

    def public(self) -> Self:
        """Return the approved versions, older ones too, of the listings that everybody may see."""
        return self.approved().filter(listing__in=Listing.objects.public())


class ListingVersion(Identified, Timestamped):
    """What a listing says, and the version of the graph that it says it of.

    Its id is the API's store_listing_version_id. Once it is sent the graph version and those of its
    sub-agents are pinned: what becomes of the agent afterwards changes nothing here.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    graph_version = models.ForeignKey(
        GraphVersion, on_delete=models.RESTRICT, related_name="listing_versions"
    )
    # Travel with it: whoever may run the version may run these as parts of it.
    sub_agents = models.ManyToManyField(GraphVersion, related_name="carried_by", blank=True)

    name = models.CharField(max_length=LONGEST_NAME)
    sub_heading = models.CharField(max_length=LONGEST_SUB_HEADING, blank=True)
    description = models.TextField(
        max_length=LONGEST_DESCRIPTION, blank=True, help_text="Markdown."
    )
    categories = ArrayField(models.CharField(max_length=LONGEST_CATEGORY), default=list, blank=True)
    video_url = models.URLField(max_length=LONGEST_URL, blank=True)
    instructions = models.TextField(
        max_length=LONGEST_DESCRIPTION, blank=True, help_text="Markdown."
    )
    recommended_schedule = models.CharField(max_length=LONGEST_LINE, blank=True)
    changes_summary = models.TextField(max_length=LONGEST_CHANGES, blank=True)

    status = models.CharField(max_length=9, choices=STATES, default=State.DRAFT)
    revision = models.PositiveIntegerField(
        default=1, editable=False, help_text="Counts its edits: what a moderator decides about."
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reviewed_listing_versions",
    )
    review_comments = models.TextField(
        max_length=LONGEST_COMMENTS, blank=True, help_text="For the creator."
    )
    internal_comments = models.TextField(
        max_length=LONGEST_COMMENTS, blank=True, help_text="For moderators only."
    )

    manifest = models.JSONField(
        default=dict, blank=True, editable=False, help_text="As store.manifest computes it."
    )
    manifest_digest = models.CharField(max_length=DIGITS, blank=True, editable=False)
    screened_revision = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text="The revision that its findings are of."
    )

    objects = ListingVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version of a listing"
        verbose_name_plural = "listing versions"
        constraints = [
            UniqueConstraint(fields=["listing", "number"], name="listingversion_number_once"),
            UniqueConstraint(
                fields=["listing"],
                condition=Q(status__in=sorted(OPEN)),
                name="listingversion_one_open_per_listing",
            ),
            CheckConstraint(
                condition=Q(status=State.DRAFT)
                | Q(status=State.WITHDRAWN)
                | Q(submitted_at__isnull=False),
                name="listingversion_was_submitted",
            ),
            CheckConstraint(
                condition=~Q(status__in=[State.APPROVED, State.REJECTED])
                | Q(reviewed_at__isnull=False),
                name="listingversion_was_reviewed",
            ),
        ]
        indexes = [
            # The queue of moderators, the oldest first; the screening of what was not screened.
            models.Index(
                fields=["submitted_at"],
                condition=Q(status=State.PENDING),
                name="listingversion_queue",
            ),
            # The market: listings of a category.
            GinIndex(fields=["categories"], name="listingversion_categories"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    @property
    def audit_label(self) -> str:
        return str(self)

    @property
    def state(self) -> State:
        return State(self.status)

    @property
    def is_available(self) -> bool:
        """Return whether people could get it: it was approved, and not taken back since."""
        return self.state is State.APPROVED

    @property
    def is_screened(self) -> bool:
        """Return whether its findings are those of what it says now."""
        return self.screened_revision == self.revision
