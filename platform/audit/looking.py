"""Choose lines by what a query asks for."""

from collections.abc import Mapping
from typing import Any

from audit.models import EntryQuerySet

# A name of a query, and the lookup that it stands for: nobody else's words get into a filter.
LOOKUPS = {
    "outcome": "outcome",
    "object_type": "object_type",
    "object_id": "object_id",
    "owner": "owner_id",
    "created_after": "created__gte",
    "created_before": "created__lt",
}
OF_OTHERS = {"actor": "actor_id", "request_id": "request_id"}


def chosen(rows: EntryQuerySet, asked: Mapping[str, Any], *, reader: Any = None) -> EntryQuerySet:
    """Return those of the lines that a query asks for.

    ``reader`` sees only what is said of others by lines of the reader's own; None sees everything.
    So a filter tells no reader what the lines themselves keep to themselves.
    """
    for name, lookup in LOOKUPS.items():
        if name in asked:
            rows = rows.filter(**{lookup: asked[name]})
    for name, lookup in OF_OTHERS.items():
        if name in asked:
            rows = rows.filter(**{lookup: asked[name]})
            rows = rows if reader is None else rows.filter(actor_id=reader.pk)
    action = asked.get("action", "")
    if action.endswith("."):
        rows = rows.filter(action__startswith=action)
    elif action:
        rows = rows.filter(action=action)
    return rows
