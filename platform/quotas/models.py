"""What single people and keys may do, where it is not what everybody may; and what each has used."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from apikeys.models import ApiKey
from quotas.policy import Kind, NotARate, Rate, Who, parse_rate


def validate_rate(text: str) -> None:
    """Raise ValidationError unless the text is a rate."""
    try:
        parse_rate(text)
    except NotARate as error:
        raise ValidationError(str(error)) from None


class OwnRate(models.Model):
    """The rate of one user or key for one kind of requests, in place of the instance's."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="own_rates",
    )
    api_key = models.ForeignKey(
        ApiKey, null=True, blank=True, on_delete=models.CASCADE, related_name="own_rates"
    )
    kind = models.CharField(
        max_length=16, choices=[(kind.value, kind.value.replace("_", " ")) for kind in Kind]
    )
    rate = models.CharField(
        max_length=32, validators=[validate_rate], help_text="Such as 5000/minute or 100/5 minute."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, api_key__isnull=True)
                | Q(user__isnull=True, api_key__isnull=False),
                name="ownrate_of_a_user_or_of_a_key",
                violation_error_message="Choose a user or an API key, and not both.",
            ),
            models.UniqueConstraint(fields=["user", "kind"], name="ownrate_one_per_user_and_kind"),
            models.UniqueConstraint(
                fields=["api_key", "kind"], name="ownrate_one_per_key_and_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.api_key or self.user}: {self.rate}"

    @property
    def who(self) -> Who:
        return Who.USER if self.api_key_id is None else Who.KEY

    @property
    def subject(self) -> str:
        """The name under which requests of this user or key are counted."""
        return str(self.user_id if self.api_key_id is None else self.api_key_id)

    @property
    def parsed(self) -> Rate:
        return parse_rate(self.rate)


class OwnQuota(models.Model):
    """What one user may use, in place of the instance's quotas. Empty: the instance's; 0: no limit."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="own_quota",
    )
    runs_per_day = models.PositiveIntegerField(
        null=True, blank=True, help_text="Runs that may be started from midnight to midnight, UTC."
    )
    runs_per_month = models.PositiveIntegerField(
        null=True, blank=True, help_text="Runs that may be started in a calendar month, UTC."
    )
    storage_mb = models.PositiveIntegerField(
        "storage (MB)", null=True, blank=True, help_text="What runs and files may take up."
    )

    def __str__(self) -> str:
        return f"quotas of {self.user}"


class Usage(models.Model):
    """What one user has used: the runs of the last day and month that had one, and bytes stored.

    Starts count runs (`runs`), triggers of the database count bytes (`counted`): never save() it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="usage",
    )
    day = models.DateField()
    runs_of_day = models.PositiveIntegerField(default=0, db_default=0)
    runs_of_month = models.PositiveIntegerField(default=0, db_default=0)  # of the day's month
    stored_bytes = models.BigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"usage of {self.user}"
