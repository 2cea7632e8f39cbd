"""Lines of the audit log."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from audit.acting import Via
from audit.actions import choices
from kernel.access import Scope, grant_of, may

RIGHT = "audit.view_entry"
PERSON = settings.AUTH_USER_MODEL.lower()


class EntryQuerySet(models.QuerySet["Entry"]):
    """Questions about the log. Nothing changes a line: the database refuses."""

    def owned_by(self, user: Any) -> Self:
        """Return what was done to the user's account and things, by whomever."""
        return self.filter(owner_id=user.pk) if may(user, Scope.IDENTITY) else self.none()

    def visible_to(self, user: Any) -> Self:
        """Return the user's own lines; everybody's for staff with the right, but not by a key."""
        return self.all() if reads_all(user) else self.owned_by(user)

    def with_people(self) -> Self:
        """Join who acted and whose the thing is, as far as they still have accounts."""
        return self.select_related("actor", "owner")

    def older_than(self, moment: datetime) -> Self:
        return self.filter(created__lt=moment)


class Entry(models.Model):
    """One line: who did what to which thing, when, and how that ended.

    A trigger of the table refuses UPDATE, and DELETE but for the purge of what is too old. People are
    no foreign keys in the database: a line outlives them, and what they were called goes with them.
    """

    class Outcome(models.TextChoices):
        """How it ended."""

        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    created = models.DateTimeField("when", default=now, editable=False)
    action = models.CharField(max_length=40, choices=choices)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.DONE)

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    via = models.CharField(max_length=8, choices=Via)
    credential_id = models.CharField(max_length=40, default="")
    credential = models.CharField(max_length=40, default="")
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=128, default="")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    object_type = models.CharField(max_length=60, default="")
    object_id = models.CharField(max_length=64, default="")
    object_label = models.CharField(max_length=200, default="")
    details = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "line of the audit log"
        verbose_name_plural = "audit log"
        default_permissions = ("view",)
        indexes = [
            # A person's own lines, newest first.
            models.Index(fields=["owner", "-created"], name="audit_of_owner"),
            # Everybody's, newest first; the purge, oldest first.
            models.Index(fields=["-created"], name="audit_by_age"),
            # What happened to one thing.
            models.Index(fields=["object_id", "-created"], name="audit_of_object"),
        ]

    def __str__(self) -> str:
        return f"{self.created:%Y-%m-%d %H:%M:%S} {self.action}"

    @property
    def what(self) -> str:
        """Return what was done in words; for a code of another release, the code."""
        return str(self.get_action_display())

    @property
    def who(self) -> str:
        """Return the name of who acted: what is left of one whose account is gone is a number."""
        if self.actor_id is None:
            return ""
        return self.actor.get_username() if self.actor else f"#{self.actor_id}"

    @property
    def label(self) -> str:
        """Return what the thing is called; an account as it is now, and nothing once it is gone."""
        if self.object_type == PERSON and self.owner and str(self.owner_id) == self.object_id:
            return self.owner.get_username()
        return self.object_label

    def is_by_another_than(self, user: Any) -> bool:
        """Return whether another person did it, whose name and address are not the user's business."""
        return self.actor_id not in {None, user.pk}


def reads_all(user: Any) -> bool:
    """Return whether the user may read everybody's lines."""
    return bool(user.is_staff and grant_of(user) is None and user.has_perm(RIGHT))
