"""Names of time zones."""

import pytest
from django.core.exceptions import ValidationError

from accounts.timezones import validate_time_zone


@pytest.mark.parametrize("name", ["UTC", "Europe/Rome", "America/Argentina/Buenos_Aires"])
def test_names_of_the_iana_database_are_accepted(name: str) -> None:
    validate_time_zone(name)


@pytest.mark.parametrize(
    "name", ["", "America", "Mars/Base", "europe/rome", "../../etc/passwd", "UTC\0", "\ud800"]
)
def test_everything_else_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_time_zone(name)

    assert caught.value.code == "unknown_time_zone"
    assert caught.value.messages == [
        f"{name!r} is not a time zone. Use a name such as 'UTC' or 'Europe/Rome'."
    ]
