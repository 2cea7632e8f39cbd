"""Abstract models that all apps share."""

import uuid

from django.db import models
from django.utils.timezone import now


class Identified(models.Model):
    """A row with a random UUID as its key: safe in URLs, and nothing can be counted from it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class Timestamped(models.Model):
    """A row that knows when it was made and when it was last saved (``update()`` does not count)."""

    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class RequestKey(models.Model):
    """A key that a client chose for a request to make something, so that it may send it again.

    A model of its own for each kind of thing adds who chose it (``owner``), what it made, and
    that an owner has each key once. `kernel.idempotency` reads and writes it.
    """

    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)  # of the request
    created = models.DateTimeField(default=now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key
