"""Keys with which scripts speak for a person."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.timezone import now

from apikeys.tokens import HEAD, Token, split
from kernel.access import Grant, Scope, may

TOUCH_EVERY = timedelta(minutes=1)
LONGEST_NAME = 64
LONGEST_DESCRIPTION = 500
EVERYTHING = [scope.value for scope in Scope]


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Questions about keys, and what a single statement does to them."""

    def visible_to(self, user: Any) -> Self:
        """Return the user's own keys; nobody's for a stranger, or for a key without IDENTITY."""
        return self.filter(user_id=user.pk) if may(user, Scope.IDENTITY) else self.none()

    def living(self) -> Self:
        """Return the keys that are not revoked: they open something, or may do so again."""
        return self.exclude(status=ApiKey.Status.REVOKED)

    def find(self, text: str) -> "ApiKey | None":
        """Return the key that the text spells, with its user, if it opens anything."""
        token = split(text)
        if token is None:
            return None
        named = Q(prefix=token.prefix) | Q(old_prefix=token.prefix)
        found = self.select_related("user").filter(named).first()
        if found is None or not found.opens(token):
            return None
        found.shown_prefix = token.prefix
        return found

    def touch(self, key: "ApiKey") -> None:
        """Note that the key was used; at most one write a minute, however busy it is."""
        moment = now()
        stale = moment - TOUCH_EVERY
        if key.last_used_at is None or key.last_used_at < stale:
            unused = Q(last_used_at=None) | Q(last_used_at__lt=stale)
            self.filter(unused, pk=key.pk).update(last_used_at=moment)

    def with_descendants(self, pks: Iterable[int]) -> set[int]:
        """Return the keys with these ids, those that they made, and so on."""
        found: set[int] = set()
        level = set(pks)
        while level:
            found |= level
            level = set(self.filter(made_by__in=level).values_list("pk", flat=True)) - found
        return found


class ApiKey(models.Model):
    """A key of a user. Its text was shown once; what is kept cannot be turned back into it."""

    class Status(models.TextChoices):
        """What has been done to a key; one that is active may have expired nevertheless."""

        ACTIVE = "ACTIVE", "Active"
        SUSPENDED = "SUSPENDED", "Suspended"
        REVOKED = "REVOKED", "Revoked"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField(max_length=LONGEST_NAME)
    description = models.CharField(
        max_length=LONGEST_DESCRIPTION, blank=True, default="", db_default=""
    )
    prefix = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    tail = models.CharField(max_length=4, blank=True, default="", db_default="", editable=False)
    # What a release that knew no scopes wrote may do everything, as it could then.
    scopes = ArrayField(
        models.CharField(max_length=32), default=list, db_default=EVERYTHING, blank=True
    )
    status = models.CharField(
        max_length=9, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="made"
    )  # the key that asked for this one, where it was no person

    # The text before the last rotation, as long as it works beside the new one.
    old_prefix = models.CharField(max_length=8, unique=True, null=True, editable=False)
    old_digest = models.CharField(max_length=64, default="", db_default="", editable=False)
    old_until = models.DateTimeField(null=True, editable=False)

    created = models.DateTimeField(default=now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    # Of the text that was shown to us, where the row was found by one: perhaps the old one.
    shown_prefix: str = ""

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        constraints = [
            UniqueConstraint(
                fields=["user", "name"],
                condition=~Q(status="REVOKED"),
                name="apikey_one_per_user_and_name",
            ),
            CheckConstraint(
                condition=Q(status="REVOKED", revoked_at__isnull=False)
                | (~Q(status="REVOKED") & Q(revoked_at__isnull=True)),
                name="apikey_revoked_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.head}_…{self.tail}"

    @property
    def audit_label(self) -> str:
        """Return what the log calls it."""
        return self.name

    @property
    def head(self) -> str:
        """Return how the key begins, for lists."""
        return f"{HEAD}{self.prefix}"

    @property
    def grant(self) -> Grant:
        """Return what the key allows. A scope that this release does not know allows nothing."""
        return Grant(frozenset(scope for scope in Scope if scope.value in self.scopes))

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()

    @property
    def is_usable(self) -> bool:
        """Return whether the key works, and its user may still come in."""
        return self.status == self.Status.ACTIVE and not self.has_expired and self.user.is_active

    def opens(self, token: Token) -> bool:
        """Return whether the token is this key, and opens anything now."""
        return self.is_spelled(token) and self.is_usable

    def is_spelled(self, token: Token) -> bool:
        """Return whether the token is this key's text, or the one before it while that works."""
        if token.prefix == self.prefix:
            return token.matches(self.digest)
        if self.old_prefix != token.prefix or not self.takes_old_text:
            return False
        return token.matches(self.old_digest)

    @property
    def takes_old_text(self) -> bool:
        return self.old_until is not None and now() < self.old_until

    def ends_at(self, prefix: str) -> datetime | None:
        """Return when the text with this prefix stops working by itself; None for never."""
        until = self.old_until if prefix == self.old_prefix else None
        return min((moment for moment in (self.expires_at, until) if moment), default=None)
