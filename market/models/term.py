"""What visitors searched for."""

from django.db import models
from django.db.models import UniqueConstraint

LONGEST_TERM = 100


class SearchTerm(models.Model):
    """How often something was searched for on a day. By whom, and when on the day, is not kept."""

    day = models.DateField()
    term = models.CharField(max_length=LONGEST_TERM)
    searches = models.PositiveIntegerField(default=0)
    # What people look for and do not find is what creators may want to make.
    found = models.BooleanField(default=True, help_text="Whether the last search found anything.")

    class Meta:
        constraints = [
            # Also read by the tidying, which forgets old days.
            UniqueConstraint(fields=["day", "term"], name="searchterm_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.term}"
