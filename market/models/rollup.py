"""Which counts have been written down."""

from django.db import models


class Rollup(models.Model):
    """The last batch of counts that came from Redis: written with the counts, in one transaction.

    So a batch that comes again after a crash is known, and counts once. There is one row.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    batch = models.UUIDField(null=True)
    at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.batch)
