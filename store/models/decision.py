"""Who decided what about listings. Rows are added and read, never changed."""

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from store.models.listing import Listing
from store.models.version import LONGEST_COMMENTS, STATES, ListingVersion
from store.moderation import Action, Role

ACTIONS = [(action.value, action.value.capitalize()) for action in Action]
ROLES = [(role.value, role.value.capitalize()) for role in Role]


class Decision(models.Model):
    """One step of a listing's history.

    A trigger of the table refuses UPDATE and DELETE. What it points at are no foreign keys in the
    database: a decision outlives the listing, and people, of whom a number stays.
    """

    created = models.DateTimeField("when", default=now, editable=False)
    listing = models.ForeignKey(
        Listing,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="decisions",
    )  # indexed by decision_of_listing
    version = models.ForeignKey(
        ListingVersion,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="decisions",
    )
    action = models.CharField(max_length=8, choices=ACTIONS)
    before = models.CharField(max_length=9, choices=STATES, blank=True)
    after = models.CharField(max_length=9, choices=STATES, blank=True)
    # The API's word for who decides is the reviewer; creators decide too, when they withdraw.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    role = models.CharField(max_length=13, choices=ROLES)
    revision = models.PositiveIntegerField(null=True)
    manifest_digest = models.CharField(max_length=64, blank=True)
    comments = models.TextField(max_length=LONGEST_COMMENTS, blank=True)
    internal_comments = models.TextField(max_length=LONGEST_COMMENTS, blank=True)

    class Meta:
        default_permissions = ("view",)
        indexes = [
            # The history of a listing, newest first.
            models.Index(fields=["listing", "-created"], name="decision_of_listing"),
        ]

    def __str__(self) -> str:
        return f"{self.created:%Y-%m-%d %H:%M:%S} {self.action}"
