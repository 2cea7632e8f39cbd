"""Keys with which scripts speak for a person."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.timezone import now

from apikeys.tokens import Token, split

TOUCH_EVERY = timedelta(minutes=1)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def find(self, text: str) -> "ApiKey | None":
        """Return the key that the text spells, with its user, if it opens anything."""
        token = split(text)
        if token is None:
            return None
        found = self.select_related("user").filter(prefix=token.prefix).first()
        return found if found and found.opens(token) else None

    def touch(self, key: "ApiKey") -> None:
        """Note that the key was used; at most one write a minute, however busy it is."""
        moment = now()
        stale = moment - TOUCH_EVERY
        if key.last_used_at is None or key.last_used_at < stale:
            unused = Q(last_used_at=None) | Q(last_used_at__lt=stale)
            self.filter(unused, pk=key.pk).update(last_used_at=moment)


class ApiKey(models.Model):
    """A key of a user. Its text was shown once; what is kept cannot be turned back into it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField(max_length=64)
    prefix = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    created = models.DateTimeField(default=now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        constraints = [
            UniqueConstraint(fields=["user", "name"], name="apikey_one_per_user_and_name"),
        ]

    def __str__(self) -> str:
        return f"trls_{self.prefix}_…"

    def opens(self, token: Token) -> bool:
        """Whether the token is this key, and its user may still come in."""
        return token.matches(self.digest) and self.user.is_active
