"""Files by their names; what is in them is in a storage (`uploads.services`)."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils.timezone import now

from kernel.access import Scope, may
from kernel.models import Identified
from uploads import names
from uploads.references import reference_to


class UploadQuerySet(models.QuerySet["Upload"]):
    """Questions about files."""

    def visible_to(self, user: Any) -> Self:
        """Return the user's own files; nobody's for a stranger or a key without READ_GRAPH."""
        return self.of(user.pk) if may(user, Scope.READ_GRAPH) else self.none()

    def of(self, owner_id: Any) -> Self:
        """Return the files of an owner that are there as a whole."""
        return self.filter(owner_id=owner_id, is_whole=True)

    def bytes_taken(self) -> int:
        """Return how much room the files take."""
        taken: int | None = self.aggregate(taken=Sum("size"))["taken"]
        return taken or 0

    def halves(self, before: datetime) -> Self:
        """Return what is neither there nor gone: an upload or a deletion broke off."""
        return self.filter(is_whole=False, created__lt=before)

    def unused_since(self, moment: datetime) -> Self:
        """Return the files that nobody sent or read since then."""
        return self.filter(is_whole=True, last_used_at__lt=moment)


class Upload(Identified):
    """A file of a person.

    The row is there before the content and after it, without being whole: so whatever breaks off
    in between, no content is left that nothing knows of.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads"
    )
    name = models.CharField(max_length=names.LONGEST)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    is_whole = models.BooleanField(default=False)
    created = models.DateTimeField(default=now, editable=False)
    last_used_at = models.DateTimeField(default=now, editable=False)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "digest", "name"],
                condition=Q(is_whole=True),
                name="upload_once_per_content_and_name",
            ),
        ]
        indexes = [
            # A person's list, newest first.
            models.Index(fields=["owner", "-created"], name="upload_newest"),
            # The sweep: what broke off.
            models.Index(fields=["created"], condition=Q(is_whole=False), name="upload_halves"),
            # The sweep: what nobody used for long.
            models.Index(fields=["last_used_at"], name="upload_by_use"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """Return what the log calls it."""
        return self.name

    @property
    def uri(self) -> str:
        """Return the file's reference, as values name it."""
        return reference_to(self.pk, self.name)

    @property
    def place(self) -> str:
        """Return where its content is in the storage: nothing of it is for the sender to choose."""
        return f"{self.owner_id}/{self.pk}"
