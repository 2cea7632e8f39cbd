"""How often and how many at once a person's credential may be used."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from kernel.access import Scope, may

LONGEST_CREDENTIAL = 255


class CredentialLimitQuerySet(models.QuerySet["CredentialLimit"]):
    """Questions about limits."""

    def visible_to(self, user: Any) -> Self:
        """Return the user's own limits; none for a key without the scope READ_INTEGRATIONS."""
        rows = self.filter(owner_id=user.pk)
        return rows if may(user, Scope.READ_INTEGRATIONS) else rows.none()


class CredentialLimit(models.Model):
    """What a credential's provider allows, for all of a person's runs together.

    The rate is a token bucket that holds ``rate_amount`` tokens and fills up in ``rate_seconds``.
    It is kept as one moment, by the generic cell rate algorithm in its form of virtual scheduling
    (ITU-T Recommendation I.371, annex A): ``drawn_until`` is when the bucket is full again.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="credential_limits"
    )
    credential = models.CharField(max_length=LONGEST_CREDENTIAL)  # its id, as graphs name it
    max_concurrent = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    rate_amount = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    rate_seconds = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    drawn_until = models.DateTimeField(null=True, editable=False)

    objects = CredentialLimitQuerySet.as_manager()

    class Meta:
        ordering = ["owner", "credential"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "credential"], name="credentiallimit_one_per_credential"
            ),
            models.CheckConstraint(
                condition=Q(rate_amount__isnull=True, rate_seconds__isnull=True)
                | Q(rate_amount__gte=1, rate_seconds__gte=1),
                name="credentiallimit_rate_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(max_concurrent__isnull=True) | Q(max_concurrent__gte=1),
                name="credentiallimit_lets_something_through",
            ),
        ]

    def __str__(self) -> str:
        return self.credential

    def draw(self, moment: datetime) -> datetime:
        """Take one token of the bucket; return the moment from which it may be used.

        That is now while there are tokens. Beyond that each gets the next moment that is free, in
        the order in which they asked. The row must be locked, and saved afterwards.
        """
        if self.rate_amount is None or self.rate_seconds is None:
            return moment
        every = timedelta(seconds=self.rate_seconds) / self.rate_amount
        full = max(self.drawn_until or moment, moment)
        self.drawn_until = full + every
        return max(full - (self.rate_amount - 1) * every, moment)
