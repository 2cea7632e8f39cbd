"""One line of what somebody is told."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from accounts.notifications import NotificationType
from kernel.access import Scope, may
from kernel.models import Identified

LONGEST_TITLE, LONGEST_LINK, LONGEST_ABOUT = 300, 500, 100


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Questions about notifications."""

    def visible_to(self, user: Any) -> Self:
        """Return the user's own; none for a stranger, and for a key without READ_GRAPH."""
        return self.filter(owner_id=user.pk) if may(user, Scope.READ_GRAPH) else self.none()

    def unread(self) -> Self:
        """Return those that nobody has read."""
        return self.filter(read_at__isnull=True)

    def due(self, moment: datetime) -> Self:
        """Return those of which a mail is to tell by now."""
        return self.filter(mail_due_at__lte=moment)

    def over(self, read_before: datetime, made_before: datetime) -> Self:
        """Return those that were read before one moment, or last happened before another."""
        return self.filter(Q(read_at__lt=read_before) | Q(updated__lt=made_before))


class Notification(Identified):
    """Something that happened, once or more often, and whether its owner has read of it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,
    )  # indexed by notification_of_owner
    kind = models.CharField(max_length=32, choices=NotificationType)
    about = models.CharField(max_length=LONGEST_ABOUT, blank=True)  # what joins the like
    title = models.CharField(max_length=LONGEST_TITLE)  # of the newest, like the text and the link
    text = models.TextField(blank=True)
    link = models.CharField(max_length=LONGEST_LINK, blank=True)  # a path of this instance
    count = models.PositiveIntegerField(default=1)  # how often it happened
    created = models.DateTimeField(default=now, editable=False)
    updated = models.DateTimeField(default=now, editable=False)  # when it happened last
    read_at = models.DateTimeField(null=True, blank=True)
    mail_due_at = models.DateTimeField(null=True, blank=True)  # null: no mail is to come
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_failures = models.PositiveSmallIntegerField(default=0)  # in a row

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-updated", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "about"],
                condition=Q(read_at__isnull=True) & ~Q(about=""),
                name="notification_one_unread_about",
            ),
        ]
        indexes = [
            # A person's list, newest first.
            models.Index(fields=["owner", "-updated", "-id"], name="notification_of_owner"),
            # The count on every page.
            models.Index(
                fields=["owner"], condition=Q(read_at__isnull=True), name="notification_unread"
            ),
            # Mails that are to go.
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
                name="notification_to_mail",
            ),
            # What is old enough to go.
            models.Index(fields=["updated"], name="notification_by_age"),
        ]

    def __str__(self) -> str:
        return self.title
