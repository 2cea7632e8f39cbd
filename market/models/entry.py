"""What the market knows of a listing: how it is found, and how it does."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.timezone import now

from market.ranking import COLD, score
from store.models import Listing

COUNTED = ("views", "downloads", "installs", "runs")
LONGEST_TRAIT = 100


class Entry(models.Model):
    """The row of an index, and counts: never what decides whether a listing is shown.

    `market.indexing` writes it in the transaction of each decision about the listing; it stays when
    the listing is suspended, so that the counts do. `Listing.objects.public()` says who sees it.
    """

    listing = models.OneToOneField(
        Listing, on_delete=models.CASCADE, primary_key=True, related_name="market"
    )
    document = SearchVectorField(null=True, editable=False)
    categories = ArrayField(models.CharField(max_length=LONGEST_TRAIT), default=list)
    # What it may have in common with others: categories and blocks.
    traits = ArrayField(models.CharField(max_length=LONGEST_TRAIT), default=list)
    needs_credentials = models.BooleanField(default=False)
    is_free = models.BooleanField(
        default=True, help_text="Whether it asks no model that somebody pays for."
    )
    published_at = models.DateTimeField(
        default=now, help_text="When a version of it was approved first."
    )
    updated_at = models.DateTimeField(default=now, help_text="When what is shown was approved.")

    views = models.PositiveBigIntegerField(default=0, db_default=0)
    downloads = models.PositiveBigIntegerField(default=0, db_default=0)
    installs = models.PositiveBigIntegerField(default=0, db_default=0)
    runs = models.PositiveBigIntegerField(default=0, db_default=0)
    rating_total = models.PositiveBigIntegerField(default=0, db_default=0)
    rating_count = models.PositiveBigIntegerField(default=0, db_default=0)
    score = models.FloatField(default=score(0, 0), help_text="As market.ranking averages.")
    heat = models.FloatField(default=COLD, help_text="As market.ranking keeps what fades.")

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            CheckConstraint(
                condition=Q(score__gte=1, score__lte=5), name="entry_score_is_of_stars"
            ),
            CheckConstraint(
                condition=Q(rating_total__gte=models.F("rating_count"))
                & Q(rating_total__lte=5 * models.F("rating_count")),
                name="entry_ratings_are_of_stars",
            ),
        ]
        indexes = [
            # Searches.
            GinIndex(fields=["document"], name="entry_document", fastupdate=False),
            # A category's page; similar agents.
            GinIndex(fields=["categories"], name="entry_categories"),
            GinIndex(fields=["traits"], name="entry_traits"),
            # The orders of lists, and of the front page.
            models.Index(fields=["-heat", "-listing"], name="entry_by_heat"),
            models.Index(fields=["-score", "-listing"], name="entry_by_score"),
            models.Index(fields=["-runs", "-listing"], name="entry_by_runs"),
            models.Index(fields=["-downloads", "-listing"], name="entry_by_downloads"),
            models.Index(fields=["-published_at", "-listing"], name="entry_by_age"),
            models.Index(fields=["-updated_at", "-listing"], name="entry_by_update"),
        ]

    def __str__(self) -> str:
        return str(self.listing_id)

    @property
    def rating(self) -> float:
        """Return the plain average of the ratings; 0 where there are none."""
        return self.rating_total / self.rating_count if self.rating_count else 0.0
