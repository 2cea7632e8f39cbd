"""What a creator says of an agent: which fields there are, and what may be in them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.text import slugify

from agents.graphs.exchange import LONGEST_NAME
from agents.schedules.clock import LONGEST_LINE, Cron, NotCron
from kernel.errors import Detail
from store import categories
from store.errors import InvalidListing
from store.models.listing import LONGEST_SLUG, SLUG
from store.models.version import (
    LONGEST_CHANGES,
    LONGEST_DESCRIPTION,
    LONGEST_SUB_HEADING,
    LONGEST_URL,
    ListingVersion,
)
from store.pictures import MOST_OF_VERSION

LONGEST_WORDS = {
    "name": LONGEST_NAME,
    "sub_heading": LONGEST_SUB_HEADING,
    "description": LONGEST_DESCRIPTION,
    "instructions": LONGEST_DESCRIPTION,
    "changes_summary": LONGEST_CHANGES,
    "video_url": LONGEST_URL,
    "recommended_schedule": LONGEST_LINE,
}
LINES = frozenset({"description", "instructions", "changes_summary"})
FIELDS = frozenset({*LONGEST_WORDS, "categories"})
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
NEEDED = ("name", "sub_heading", "description")  # of what is sent


def clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as they are kept. Raises InvalidListing with everything that is wrong."""
    found = {name: _tidy(name, value) for name, value in fields.items()}
    problems = [problem for name, value in found.items() for problem in _problems(name, value)]
    if problems:
        raise InvalidListing(problems[0].detail, errors=problems)
    return found


def check_complete(version: ListingVersion) -> None:
    """Raise InvalidListing where something is missing that people need to choose by."""
    missing = [name for name in NEEDED if not getattr(version, name)]
    if not version.categories:
        missing.append("categories")
    problems = [
        Detail("required", f"`{name}` is needed before this is sent.", name) for name in missing
    ]
    if problems:
        raise InvalidListing(problems[0].detail, errors=problems)


def check_slug(slug: str) -> str:
    """Return the slug. Raises InvalidListing."""
    if len(slug) > LONGEST_SLUG or not re.fullmatch(SLUG, slug):
        sentence = (
            f"`slug` is {slug[:40]!r}. Use small letters, digits and single hyphens between them, "
            f"{LONGEST_SLUG} at most."
        )
        raise InvalidListing(sentence, errors=[Detail("invalid_slug", sentence, "slug")])
    return slug


def slug_of(name: str) -> str:
    """Return a slug made of a name; `agent` where nothing of it can be in one."""
    return slugify(name.replace("_", " "))[:LONGEST_SLUG].strip("-") or "agent"


def check_pictures(pks: list[UUID]) -> None:
    """Raise InvalidListing where there are too many."""
    if len(pks) > MOST_OF_VERSION:
        sentence = f"A listing shows {MOST_OF_VERSION} pictures at most, and here are {len(pks)}."
        raise InvalidListing(sentence, errors=[Detail("too_many", sentence, "image_urls")])


def _tidy(name: str, value: Any) -> Any:
    if name == "categories":
        return list(dict.fromkeys(value))
    text = str(value).replace("\r\n", "\n").strip()
    return text if name in LINES else " ".join(text.split())


def _problems(name: str, value: Any) -> Iterator[Detail]:
    if name == "categories":
        yield from _of_categories(value)
        return
    most = LONGEST_WORDS[name]
    if len(value) > most:
        yield Detail("too_long", f"`{name}` has {len(value):,} signs; {most:,} are allowed.", name)
    elif CONTROL.search(value):
        yield Detail("control_characters", f"`{name}` has control characters. Remove them.", name)
    elif name == "video_url" and value and not _is_link(value):
        sentence = "`video_url` is no address that begins with https:// and a host."
        yield Detail("invalid_url", sentence, name)
    elif name == "recommended_schedule" and value:
        yield from _of_schedule(value)


def _of_categories(value: list[str]) -> Iterator[Detail]:
    for slug in value:
        if slug not in categories.BY_SLUG:
            known = ", ".join(categories.BY_SLUG)
            sentence = f"There is no category {slug[:40]!r}. There are: {known}."
            yield Detail("unknown_category", sentence, "categories")
    if len(value) > categories.MOST:
        sentence = f"Choose {categories.MOST} categories at most."
        yield Detail("too_many", sentence, "categories")


def _of_schedule(value: str) -> Iterator[Detail]:
    try:
        Cron(value, ZoneInfo("UTC"))
    except NotCron as error:
        sentence = f"`recommended_schedule_cron` cannot be read. {error}"
        yield Detail("not_cron", sentence, "recommended_schedule_cron")


def _is_link(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    safe = parts.scheme == "https" and "@" not in parts.netloc and "\\" not in url
    return bool(safe and host and "." in host and " " not in url)
