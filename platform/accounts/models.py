"""Who uses an instance."""

from django.contrib.auth.models import AbstractUser
from django.core.validators import MinValueValidator
from django.db import models

from accounts.timezones import validate_time_zone


class User(AbstractUser):
    """A person, or a service that signs in like one."""

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
