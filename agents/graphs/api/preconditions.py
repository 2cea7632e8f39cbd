"""ETags: the number of an agent's version, or of its draft's revision."""

import re

from agents.graphs.drafts import EditorGraph
from agents.graphs.models import GraphVersion

_TAG = re.compile(r'(?:W/)?"(\d{1,18})"')


def etag(version: GraphVersion) -> str:
    """Return the entity tag of a version."""
    return f'"{version.version}"'


def revision_tag(draft: EditorGraph) -> str:
    """Return the entity tag of a draft."""
    return f'"{draft.revision}"'


def wanted_numbers(if_match: str | None) -> set[int] | None:
    """Return the numbers that an ``If-Match`` header allows; None where it allows all.

    A weak tag counts as its strong one, because proxies weaken the tags of what they compress.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    return {int(number) for number in _TAG.findall(if_match)}
