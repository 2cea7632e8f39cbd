"""Collections of texts, and the texts in them."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import now

from kernel.access import Scope, may
from kernel.fields import JSONText
from kernel.models import Identified
from knowledge.entries import LONGEST_NAME
from knowledge.fields import VectorField


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Questions about collections."""

    def visible_to(self, user: Any) -> Self:
        """Return the user's own collections; nobody's for a stranger or a key without READ_GRAPH."""
        return self.of(user.pk) if may(user, Scope.READ_GRAPH) else self.none()

    def of(self, owner_id: Any) -> Self:
        """Return the collections of an owner."""
        return self.filter(owner_id=owner_id)

    def with_totals(self) -> Self:
        """Return each with how many texts it has (``entries``) and their bytes (``size``)."""
        return self.annotate(entries=Count("passages"), size=Coalesce(Sum("passages__size"), 0))


class Collection(Identified):
    """Texts that belong together: one model made all their vectors, so that they compare."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="collections",
        db_index=False,  # collection_once_per_name begins with it
    )
    name = models.CharField(max_length=LONGEST_NAME)
    model = models.CharField(max_length=200, help_text="Which model made the vectors.")
    dimensions = models.PositiveIntegerField(help_text="How many numbers each vector has.")
    created = models.DateTimeField(default=now, editable=False)
    updated = models.DateTimeField(default=now, editable=False)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="collection_once_per_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """Return what the log calls it."""
        return self.name


class Passage(Identified):
    """A text under its key, and its vector."""

    # Also in the collection: whose storage it counts as is asked of this table alone.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passages"
    )
    collection = models.ForeignKey(
        Collection,
        on_delete=models.CASCADE,
        related_name="passages",
        db_index=False,  # passage_once_per_key begins with it
    )
    key = models.CharField(max_length=LONGEST_NAME)
    text = models.TextField()
    metadata = JSONText(default=dict)
    vector = VectorField()
    size = models.PositiveBigIntegerField(help_text="In bytes, with the vector.")
    created = models.DateTimeField(default=now, editable=False)
    updated = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "key"], name="passage_once_per_key"),
        ]

    def __str__(self) -> str:
        return str(self.pk)  # its text is its owner's alone
