"""Ask the web for what is watched: guarded, and only for what has changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agents.triggers.errors import LookFailed
from agents.triggers.models import LONGEST_SUBJECT
from egress import Client, EgressError
from egress.settings import configured
from egress.targets import parse_url, target_of
from kernel.jsontypes import JSONObject

LARGEST = 5 * 1024 * 1024
SECONDS = 60.0
LONGEST_URL = LONGEST_SUBJECT
LONGEST_MARK = 500  # of an ETag


@dataclass(frozen=True)
class Page:
    """What is at an address now."""

    url: str
    status: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def remembered(self) -> JSONObject:
        """Return what the next question says, so that only news are sent."""
        marks = {"etag": "etag", "last_modified": "last-modified"}
        found = {key: self.headers.get(name, "") for key, name in marks.items()}
        return {key: value for key, value in found.items() if 0 < len(value) <= LONGEST_MARK}


def url_problems(url: str) -> list[str]:
    """Return why the address cannot be watched, as far as that is known without asking for it."""
    try:
        target = target_of(parse_url(url))
        configured().policy.check_target(target)
    except EgressError as error:
        return [f"`url`: {error.message}"]
    return []


def fetched(url: str, state: Mapping[str, str]) -> Page | None:
    """Return what is at the address; None where nothing has changed. Raises LookFailed."""
    headers = {}
    if state.get("etag"):
        headers["If-None-Match"] = state["etag"]
    if state.get("last_modified"):
        headers["If-Modified-Since"] = state["last_modified"]
    limits = replace(configured().limits, total_seconds=SECONDS, max_bytes=LARGEST)
    try:
        with Client(limits=limits) as client:
            answer = client.get(url, headers=headers)
    except EgressError as error:
        raise LookFailed(error.message) from None
    if answer.status_code == 304:
        return None
    if answer.status_code >= 400:
        raise LookFailed(f"The address answered with status {answer.status_code}.")
    found = {name.lower(): value for name, value in answer.headers.items()}
    return Page(str(answer.url), answer.status_code, answer.content, found)
