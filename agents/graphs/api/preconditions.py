"""ETags of agents: the number of the version."""

import re

from agents.graphs.models import GraphVersion

_TAG = re.compile(r'(?:W/)?"(\d{1,10})"')


def etag(version: GraphVersion) -> str:
    """Return the entity tag of a version."""
    return f'"{version.version}"'


def wanted_versions(if_match: str | None) -> set[int] | None:
    """Return the versions that an ``If-Match`` header allows; None where it allows all.

    A weak tag counts as its strong one, because proxies weaken the tags of what they compress.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    return {int(number) for number in _TAG.findall(if_match)}
