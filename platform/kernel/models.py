"""Abstract models that all apps share."""

import uuid

from django.db import models


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
