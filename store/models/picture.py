"""Pictures of listings, as `store.pictures` has drawn them anew."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.timezone import now

from kernel.models import Identified
from store.models.version import ListingVersion

DIGITS = 64


class PictureQuerySet(models.QuerySet["Picture"]):
    """Questions about pictures."""

    def of(self, owner_id: Any) -> Self:
        """Return the owner's pictures that are there as a whole."""
        return self.filter(owner_id=owner_id, is_whole=True)

    def halves(self, before: datetime) -> Self:
        """Return what is neither there nor gone: an upload or a deletion broke off."""
        return self.filter(is_whole=False, created__lt=before)

    def unused(self, before: datetime) -> Self:
        """Return the pictures that no version shows, a while after they came in."""
        return self.filter(is_whole=True, versions=None, created__lt=before)


class Picture(Identified):
    """A picture of a creator, in the storage of files; versions of listings show it.

    The row is there before the content and after it, without being whole: so whatever breaks off in
    between, no content is left that nothing knows of. Who knows its address may see it.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="listing_pictures",
    )
    digest = models.CharField(max_length=DIGITS)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    is_whole = models.BooleanField(default=False)
    versions = models.ManyToManyField(
        ListingVersion, through="store.VersionPicture", related_name="pictures"
    )
    created = models.DateTimeField(default=now, editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["owner", "digest"],
                condition=Q(is_whole=True),
                name="picture_once_per_content",
            ),
        ]
        indexes = [
            # The sweep: what broke off, and what nobody shows.
            models.Index(fields=["created"], name="picture_by_age"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def place(self) -> str:
        """Return where its content is in the storage: nothing of it is for the sender to choose."""
        return f"pictures/{self.pk}.webp"


class VersionPicture(models.Model):
    """A picture in its place among those of a version."""

    version = models.ForeignKey(
        ListingVersion, on_delete=models.CASCADE, related_name="shown_pictures", db_index=False
    )  # indexed by versionpicture_one_per_place
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="shown_by")
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("place",)
        constraints = [
            UniqueConstraint(fields=["version", "place"], name="versionpicture_one_per_place"),
            UniqueConstraint(fields=["version", "picture"], name="versionpicture_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.place}"
