"""What people keep at hand: agents of the store, and how they sort these and their own."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Lower

from agents.graphs.models import Agent
from kernel.access import Scope, may
from kernel.models import Identified, Timestamped
from store.models.listing import Listing
from store.models.version import ListingVersion

LONGEST_FOLDER = 100


class FolderQuerySet(models.QuerySet["Folder"]):
    """Questions about folders."""

    def visible_to(self, user: Any) -> Self:
        """Return the user's own folders; nothing for a key without READ_GRAPH."""
        rows = self.filter(owner_id=user.pk)
        return rows if may(user, Scope.READ_GRAPH) else rows.none()


class Folder(Identified, Timestamped):
    """A folder of somebody's library. Folders hold agents and no folders."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="library_folders",
        db_index=False,
    )  # indexed by folder_name_once_per_owner
    name = models.CharField(max_length=LONGEST_FOLDER)

    objects = FolderQuerySet.as_manager()

    class Meta:
        verbose_name = "folder of a library"
        verbose_name_plural = "library folders"
        constraints = [
            UniqueConstraint(F("owner"), Lower("name"), name="folder_name_once_per_owner"),
        ]

    def __str__(self) -> str:
        return self.name


class LibraryAgentQuerySet(models.QuerySet["LibraryAgent"]):
    """Questions about what is in libraries."""

    def visible_to(self, user: Any) -> Self:
        """Return what is in the user's own library; nothing for a key without READ_GRAPH."""
        rows = self.kept().filter(owner_id=user.pk)
        return rows if may(user, Scope.READ_GRAPH) else rows.none()

    def kept(self) -> Self:
        """Return what was not taken out again."""
        return self.filter(deleted_at=None)

    def collected(self) -> Self:
        """Return what came from the store."""
        return self.kept().filter(listing__isnull=False)


class LibraryAgent(Identified, Timestamped):
    """An agent in somebody's library.

    One that was collected is at a version of its listing, and its graph stays where it is. A person's
    own agents are in the library because they are theirs: they have a row here, under the agent's own
    id, only once something is kept about them.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="library",
        db_index=False,
    )  # indexed by libraryagent_once_per_owner
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="library_entries")
    listing = models.ForeignKey(
        Listing, null=True, blank=True, on_delete=models.CASCADE, related_name="library_entries"
    )
    version = models.ForeignKey(
        ListingVersion,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="library_entries",
        help_text="The version of the listing that it is at; empty for own agents.",
    )
    is_favorite = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    folder = models.ForeignKey(
        Folder, null=True, blank=True, on_delete=models.SET_NULL, related_name="agents"
    )
    auto_update = models.BooleanField(
        default=False,
        help_text="Whether it takes new versions by itself that ask for nothing more.",
    )
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = LibraryAgentQuerySet.as_manager()

    class Meta:
        verbose_name = "agent in a library"
        verbose_name_plural = "library agents"
        constraints = [
            UniqueConstraint(fields=["owner", "agent"], name="libraryagent_once_per_owner"),
            CheckConstraint(
                condition=Q(listing__isnull=True, version__isnull=True)
                | Q(listing__isnull=False, version__isnull=False),
                name="libraryagent_collected_has_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.agent_id}"

    @property
    def audit_label(self) -> str:
        return self.version.name if self.version else str(self.agent_id)
