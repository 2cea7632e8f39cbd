"""What staff put forward on the front page."""

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from store.models import Listing

LONGEST_NOTE = 200


class FeaturedListing(models.Model):
    """An agent that stands at the top of the market. It is shown only while everybody may see it."""

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="featured")
    position = models.PositiveSmallIntegerField(default=0, help_text="The lowest stands first.")
    note = models.CharField(
        max_length=LONGEST_NOTE, blank=True, help_text="Why; shown with the agent."
    )
    created = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ("position", "-created")
        verbose_name = "featured agent"

    def __str__(self) -> str:
        return str(self.listing)

    @property
    def audit_label(self) -> str:
        return str(self.listing)


class FeaturedCreator(models.Model):
    """Somebody whose agents are worth looking at. Shown only while one of these is public."""

    creator = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="featured_creator"
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="The lowest stands first.")
    created = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ("position", "-created")

    def __str__(self) -> str:
        return f"creator {self.creator_id}"
