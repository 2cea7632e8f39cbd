"""Links that people put on their profile."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

MOST_LINKS = 5
LONGEST_LINK = 300
SCHEMES = frozenset({"http", "https"})


def validate_link(link: Any) -> None:
    """Raise ValidationError unless the link leads to a web page, and says so openly.

    An allow-list: whatever else a browser would follow (`javascript:`, `data:` …) is no link here.
    """
    if not isinstance(link, str) or not _is_web(link):
        raise ValidationError(
            "%(link)r is not the address of a web page. Begin it with `https://` or `http://`, and "
            "leave out names, passwords and blanks.",
            code="invalid_link",
            params={"link": str(link)[:100]},
        )
    MaxLengthValidator(LONGEST_LINK)(link)


def validate_links(links: Any) -> None:
    """Raise ValidationError unless this is a list of so many links at most, each good."""
    if not isinstance(links, list):
        raise ValidationError("The links are not a list.", code="invalid_link")
    MaxLengthValidator(MOST_LINKS, f"There are at most {MOST_LINKS} links.")(links)
    for link in links:
        validate_link(link)


def _is_web(link: str) -> bool:
    if not link.isprintable() or any(sign.isspace() or sign in '\\"<>' for sign in link):
        return False
    try:
        parts = urlsplit(link)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in SCHEMES
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and port_is_fine
    )
