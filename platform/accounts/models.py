"""Who uses an instance."""

from django.contrib.auth.models import AbstractUser
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
