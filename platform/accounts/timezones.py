"""Names of time zones, as the IANA database spells them."""

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError


@cache
def known_time_zones() -> frozenset[str]:
    """Return every name. Asked once: the answer reads a directory of files."""
    return frozenset(available_timezones())


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless the IANA database has the name."""
    if name not in known_time_zones():
        raise ValidationError(
            "%(name)r is not a time zone. Use a name such as 'UTC' or 'Europe/Rome'.",
            code="unknown_time_zone",
            params={"name": name},
        )
