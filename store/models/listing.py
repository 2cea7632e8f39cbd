"""Agents in the store."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from agents.graphs.models import Agent
from kernel.access import Scope, may
from kernel.errors import NotFound
from kernel.models import Identified, Timestamped
from store.moderation import State

LONGEST_SLUG = 100
LONGEST_REASON = 2000
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class ListingQuerySet(models.QuerySet["Listing"]):
    """Questions about listings."""

    def public(self) -> Self:
        """Return what everybody may see, signed in or not. Nothing else decides that."""
        return self.filter(
            active_version__status=State.APPROVED,
            suspended_at=None,
            deleted_at=None,
            owner__is_active=True,
            agent__deleted_at=None,
        )

    def living(self) -> Self:
        """Return the listings that their creators did not delete."""
        return self.filter(deleted_at=None)

    def visible_to(self, user: Any) -> Self:
        """Return the user's own listings; nobody's for a stranger or a key without READ_STORE."""
        rows = self.living().filter(owner_id=user.pk)
        return rows if may(user, Scope.READ_STORE) else rows.none()

    def locked(self, pk: Any) -> "Listing":
        """Return the listing with its row locked: every decision about it and its versions does so.

        Raises NotFound where it is gone.
        """
        rows = self.living().select_for_update(of=("self",), no_key=True)
        found = rows.select_related("owner").filter(pk=pk).first()
        if found is None:
            raise NotFound(f"There is no listing `{pk}` any more.")
        return found


class Listing(Identified, Timestamped):
    """An agent in the store: its address there, and which of its versions people get.

    Every change of a listing and of its versions holds the lock of this row.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="listings", db_index=False
    )  # indexed by listing_slug_once_per_owner
    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="listing")
    slug = models.CharField(max_length=LONGEST_SLUG)
    active_version = models.OneToOneField(
        "store.ListingVersion",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="active_of",
        help_text="The approved version that people get.",
    )
    shows_graph = models.BooleanField(
        default=False, help_text="Whether everybody may look at the agent's graph, and copy it."
    )
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_reason = models.TextField(max_length=LONGEST_REASON, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        permissions = [("moderate_listing", "Can decide about listings")]
        constraints = [
            UniqueConstraint(fields=["owner", "slug"], name="listing_slug_once_per_owner"),
            CheckConstraint(condition=Q(slug__regex=SLUG), name="listing_slug_is_plain"),
            CheckConstraint(
                condition=Q(suspended_at__isnull=False) | Q(suspended_reason=""),
                name="listing_reason_only_while_suspended",
            ),
        ]
        indexes = [
            # The market: what is new.
            models.Index(
                fields=["-created"],
                condition=Q(suspended_at=None, deleted_at=None, active_version__isnull=False),
                name="listing_newest",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def audit_label(self) -> str:
        return self.slug

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None
