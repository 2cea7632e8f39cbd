"""Which agents name a credential."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.functions import Cast

from agents.graphs.models import Draft, GraphVersion

MOST = 20  # that are told


def agents_that_name(owner_id: Any, credential: UUID) -> Iterator[str]:
    """Yield, in words, the owner's agents whose active version or draft names the credential."""
    versions = GraphVersion.objects.owned_by(owner_id).active()
    found = _naming(versions, credential).values_list("agent_id", "name")[:MOST]
    named = dict(found)
    drafts = Draft.objects.filter(agent__owner_id=owner_id, agent__deleted_at=None)
    for pk, name in _naming(drafts, credential).values_list("agent_id", "base__name")[:MOST]:
        named.setdefault(pk, name)
    for name in named.values():
        yield f"the agent {name!r}"


def _naming(rows: models.QuerySet[Any], credential: UUID) -> Any:
    return rows.alias(text=Cast("document", models.TextField())).filter(
        text__contains=str(credential)
    )
