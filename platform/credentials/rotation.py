"""Seal all secrets anew under the present key, bit by bit.

May be interrupted at any time, and goes on when it is called again: what a former key sealed says so.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from credentials.errors import CredentialUnreadable
from credentials.models import Credential, OAuthState
from credentials.sealing import present_key, seal

BATCH = 200

# Models with `sealed`, `key_id`, `place`, `secret()` and the question `sealed_otherwise`. Apps above this
# one add theirs when they are ready.
MODELS: list[Any] = [Credential]


@dataclass
class Report:
    """What became of the secrets."""

    sealed: int = 0
    left: list[str] = field(default_factory=list)
    """Those that no key here opens."""


def rotate(*, batch: int = BATCH, progress: Callable[[int], None] = lambda _: None) -> Report:
    """Seal everything anew that a former key sealed; return what was done."""
    OAuthState.objects.stale().delete()  # the others are gone within minutes
    report = Report()
    for model in MODELS:
        _rotate(model, report, batch, progress)
    return report


def _rotate(model: Any, report: Report, batch: int, progress: Callable[[int], None]) -> None:
    last = None
    while True:
        with transaction.atomic():
            rows = model.objects.sealed_otherwise(present_key()).order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            some = list(rows.select_for_update(no_key=True)[:batch])
            for row in some:
                _seal_anew(row, report)
        if not some:
            return
        last = some[-1].pk
        progress(report.sealed)


def count_of_former() -> int:
    """Return how many secrets a former key sealed."""
    return sum(model.objects.sealed_otherwise(present_key()).count() for model in MODELS)


def _seal_anew(row: Any, report: Report) -> None:
    try:
        secret = row.secret()
    except CredentialUnreadable:
        report.left.append(str(row.pk))
        return
    sealed = seal(secret, place=row.place)
    # By itself: the row is locked, and its generation stays, because the secret does.
    type(row).objects.filter(pk=row.pk).update(sealed=sealed.content, key_id=sealed.key_id)
    report.sealed += 1
