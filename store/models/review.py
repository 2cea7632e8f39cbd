"""What people say of agents in the store: their reviews, and what they report."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from kernel.access import Scope, may
from kernel.models import Identified, Timestamped
from store.models.listing import Listing
from store.models.version import ListingVersion

LEAST, MOST = 1, 5
LONGEST_REVIEW = 4000
LONGEST_ANSWER = 2000
LONGEST_REPORT = 2000


class ListingReviewQuerySet(models.QuerySet["ListingReview"]):
    """Questions about reviews."""

    def visible_to(self, user: Any) -> Self:
        """Return the user's own reviews; nothing for a key without READ_STORE."""
        rows = self.filter(author_id=user.pk)
        return rows if may(user, Scope.READ_STORE) else rows.none()

    def shown(self) -> Self:
        """Return what everybody may read, as far as its listing may be seen."""
        return self.filter(hidden_at=None, author__is_active=True)


class ListingReview(Identified, Timestamped):
    """What somebody who ran an agent says of it; one for each person and listing."""

    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, related_name="reviews", db_index=False
    )  # indexed by listingreview_newest
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="listing_reviews"
    )
    version = models.ForeignKey(
        ListingVersion, null=True, on_delete=models.SET_NULL, related_name="reviews"
    )
    score = models.PositiveSmallIntegerField()
    comments = models.TextField(max_length=LONGEST_REVIEW, blank=True, help_text="Markdown.")
    answer = models.TextField(
        max_length=LONGEST_ANSWER, blank=True, help_text="The creator's, in Markdown."
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(
        null=True, blank=True, help_text="When a moderator took it from view; it counts no more."
    )

    objects = ListingReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "review of a listing"
        verbose_name_plural = "listing reviews"
        constraints = [
            UniqueConstraint(fields=["listing", "author"], name="listingreview_once_per_person"),
            CheckConstraint(
                condition=Q(score__gte=LEAST, score__lte=MOST), name="listingreview_score_of_stars"
            ),
            CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="listingreview_answer_has_a_moment",
            ),
        ]
        indexes = [
            # The reviews of a listing, newest first.
            models.Index(fields=["listing", "-updated"], name="listingreview_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.score}"

    @property
    def audit_label(self) -> str:
        return str(self.listing_id)


class ListingRating(models.Model):
    """The sum and the count of the scores that everybody sees of a listing.

    Written with the reviews, under the lock of this row. A listing that nobody reviewed has none.
    """

    listing = models.OneToOneField(
        Listing, on_delete=models.CASCADE, primary_key=True, related_name="ratings"
    )
    total = models.PositiveBigIntegerField(default=0, db_default=0)
    count = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(total__gte=LEAST * F("count"), total__lte=MOST * F("count")),
                name="listingrating_is_of_stars",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.total} of {self.count}"

    @property
    def average(self) -> float:
        """Return the plain average; 0 where there is no score."""
        return self.total / self.count if self.count else 0.0


class Reason(models.TextChoices):
    """Why somebody reports something."""

    HARMFUL = "harmful", "It does harm, or could"
    DECEIVING = "deceiving", "It is not what it says it is"
    ILLEGAL = "illegal", "It breaks the law or somebody's rights"
    ABUSIVE = "abusive", "It insults or threatens"
    SPAM = "spam", "It is advertising, or says nothing"
    OTHER = "other", "Something else"


class Report(Identified):
    """Somebody's report of a listing, or of a review of it, for moderators to look at.

    Whoever reports a thing again while the first report is open changes that one.
    """

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="listing_reports",
    )
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="reports")
    review = models.ForeignKey(
        ListingReview,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="reports",
        help_text="Empty where the listing itself is meant.",
    )
    reason = models.CharField(max_length=9, choices=Reason)
    text = models.TextField(max_length=LONGEST_REPORT, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="resolved_reports",
    )

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["reporter", "listing"],
                condition=Q(review=None, resolved_at=None),
                name="report_of_listing_once_while_open",
            ),
            UniqueConstraint(
                fields=["reporter", "review"],
                condition=Q(review__isnull=False, resolved_at=None),
                name="report_of_review_once_while_open",
            ),
        ]
        indexes = [
            # The queue of moderators, the oldest first.
            models.Index(
                fields=["created"], condition=Q(resolved_at=None), name="report_open_by_age"
            ),
            # How many somebody sent of late.
            models.Index(fields=["reporter", "created"], name="report_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.listing_id}"
