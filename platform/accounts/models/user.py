"""Who uses an instance."""

from django.contrib.auth.models import AbstractUser
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from accounts.timezones import validate_time_zone
from kernel.access import Grant

SESSION_SALT = "accounts.User.session"


class User(AbstractUser):
    """A person, or a service that signs in like one."""

    # What limits this request's credentials, where they are a key; see `kernel.access`.
    grant: Grant | None = None

    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text="The IANA name of the time zone in which this person reads clocks.",
    )
    max_concurrent_executions = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many runs of this person may be at work at once; empty for the instance's "
        "own limit (MAX_CONCURRENT_EXECUTIONS).",
    )
    signed_up = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Whether this person made the account: who did must verify an e-mail address.",
    )
    signed_out_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When this person signed out everywhere: what was signed before is worth nothing.",
    )

    erasing_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When this person asked to be erased; the account is closed since then.",
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            UniqueConstraint(Lower("username"), name="user_one_per_name_in_any_case"),
        ]
        indexes = [
            # The tidying: who is still being erased.
            models.Index(
                fields=["erasing_at"],
                condition=Q(erasing_at__isnull=False),
                name="user_being_erased",
            ),
        ]

    @property
    def role(self) -> str:
        """Return ``admin`` or ``user``: what other systems are told."""
        return "admin" if self.is_staff or self.is_superuser else "user"

    @property
    def sign_out_mark(self) -> str:
        """Return what sessions and tokens carry; it changes when the person signs out everywhere."""
        return self.signed_out_at.isoformat() if self.signed_out_at else ""

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must carry: Django's, until the person signs out everywhere."""
        if self.signed_out_at is None:
            return str(super()._get_session_auth_hash(secret))  # type: ignore[misc]
        value = f"{self.password}{self.sign_out_mark}"
        return salted_hmac(SESSION_SALT, value, secret=secret, algorithm="sha256").hexdigest()
