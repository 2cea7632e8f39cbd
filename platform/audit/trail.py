"""Write lines of the audit log.

A line is written in the transaction of what it tells of: neither is there without the other. So
`record` refuses to work outside of one.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.db.transaction import TransactionManagementError
from django.http import HttpRequest

from audit import acting, labels
from audit.actions import Action
from audit.models import Entry
from telemetry import redaction

Thing = models.Model | tuple[str, Any, str]
"""A row, or its kind, id and name, which must not be that of a person: see `labels`."""


def record(action: Action, **fields: Any) -> Entry:
    """Write a line, as `entry` makes it, in the present transaction, and return it."""
    if not transaction.get_connection().in_atomic_block:
        raise TransactionManagementError(f"{action} must be recorded with what it tells of.")
    line = entry(action, **fields)
    line.save(force_insert=True)
    return line


def entry(
    action: Action,
    *,
    owner: Any = None,
    thing: Thing | None = None,
    outcome: Entry.Outcome = Entry.Outcome.DONE,
    details: Mapping[str, Any] | None = None,
    actor: Any = None,
    via: acting.Via | None = None,
    request: HttpRequest | None = None,
) -> Entry:
    """Return a line that is not written yet.

    ``owner`` is the id of the person whose account or thing it is, by default of who acts;
    ``actor`` the id of who acts and ``via`` how, where the request does not know it yet. Secrets in ``details``
    give way to a mark.
    """
    who = acting.actor(request)
    actor_id = who.user_id if actor is None else actor
    credentials = who.credentials
    if actor is not None and credentials.via is acting.Via.NOBODY:
        credentials = acting.Credentials(acting.Via.SESSION)  # signing in or out
    if via is not None:
        credentials = acting.Credentials(via)
    kind, id, label = _named(thing)
    return Entry(
        action=action,
        outcome=outcome,
        actor_id=actor_id,
        via=credentials.via,
        credential_id=_text(credentials.id, 40),
        credential=_text(credentials.label, 40),
        address=who.address,
        request_id=who.request_id,
        owner_id=actor_id if owner is None else owner,
        object_type=kind,
        object_id=_text(id, 64),
        object_label=_text(label, 200),
        details=_clean(redaction.tree(dict(details or {}))),
    )


def _named(thing: Thing | None) -> tuple[str, Any, str]:
    if thing is None:
        return "", "", ""
    if isinstance(thing, models.Model):
        return thing._meta.label_lower, thing.pk, labels.label_of(thing)
    return thing


def _text(value: Any, most: int) -> str:
    """Return what PostgreSQL takes as text, without secrets and not too long."""
    return _storable(redaction.text(str(value)))[:most]


def _clean(value: Any) -> Any:
    match value:
        case str():
            return _storable(value)
        case dict():
            return {_storable(str(key)): _clean(child) for key, child in value.items()}
        case list() | tuple():
            return [_clean(child) for child in value]
        case None | bool() | int() | float():
            return value
    return _storable(str(value))


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
