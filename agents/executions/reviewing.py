"""Take a person's answer to what a run asks.

The decision and the wake-up of its node execution are one transaction: there is no moment at
which one is known without the other.
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db.models import F
from django.utils.timezone import now

from accounts.models import User
from agents.executions import auditing, journal
from agents.executions.asking import APPROVED_AHEAD
from agents.executions.ledger import DatabaseLedger
from agents.executions.models import Review
from agents.executions.sizes import check_size
from audit.actions import Action
from blocks.sdk.equality import json_equal
from kernel.errors import Conflict, TrellisError

LONGEST_MESSAGE = 10_000
AS_IT_IS: Final = object()


class ReviewDecided(Conflict):
    """This review has been decided already, and otherwise."""

    code = "review_decided"


class ReviewWithdrawn(Conflict):
    """The run ended or was stopped before this review was decided: nothing waits for it."""

    code = "review_withdrawn"


class ReviewNotEditable(TrellisError):
    """The data of this review may not be changed. Approve it as it is, or reject it."""

    code = "review_not_editable"


def decide(
    review: Review,
    *,
    by: User,
    approve: bool,
    data: Any = AS_IT_IS,
    message: str = "",
    auto_approve: bool = False,
) -> Review:
    """Return the review with this decision recorded; its node execution goes on.

    ``auto_approve`` also approves, unseen and as it is, everything else that the node asks in
    this run. The same decision again changes nothing. Raises ReviewDecided, ReviewWithdrawn,
    ReviewNotEditable or ValueTooLarge, and then nothing changed.
    """
    wanted = Review(
        status=Review.Status.APPROVED if approve else Review.Status.REJECTED,
        data=review.payload if data is AS_IT_IS or not approve else data,
        message=message,
        auto_approve=approve and auto_approve,
    )
    wanted.edited = not json_equal(wanted.data, review.payload)
    if wanted.edited:
        check_size(wanted.data)
    with journal.opened(review.execution_id) as ledger:
        found = Review.objects.get(pk=review.pk)  # as it is, now that nobody else can decide
        if found.is_decided:
            _check_same(found, wanted)
            return found
        _check_open(found, ledger)
        if wanted.edited and not found.editable:
            raise ReviewNotEditable
        _record(found, wanted, by)
        ledger.audited = auditing.line(
            Action.REVIEW_DECIDED,
            ledger.execution,
            review=str(found.pk),
            name=found.name,
            decision=found.status,
            edited=found.edited,
        )
        journal.go_on(ledger, [found.node_execution_id, *_approve_others(found)])
    return found


def _check_same(found: Review, wanted: Review) -> None:
    same = (
        (found.status, found.message, found.auto_approve)
        == (wanted.status, wanted.message, wanted.auto_approve)
    ) and json_equal(found.data, wanted.data)
    if not same:
        raise ReviewDecided(_already(found))


def _check_open(found: Review, ledger: DatabaseLedger) -> None:
    run = ledger.execution
    if not found.is_open or run.is_cancelled or run.state.is_final:
        raise ReviewWithdrawn


def _record(found: Review, wanted: Review, by: User) -> None:
    found.status, found.data, found.edited = wanted.status, wanted.data, wanted.edited
    found.message, found.auto_approve = wanted.message, wanted.auto_approve
    found.decided_by, found.decided_at = by, now()
    found.save()


def _approve_others(decided: Review) -> Collection[UUID]:
    """Approve what else the node has asked; return the node executions that asked it."""
    if not decided.auto_approve:
        return []
    others = Review.objects.of_node(decided.execution_id, decided.node_id).open()
    waiting = list(others.values_list("node_execution_id", flat=True))
    others.update(
        status=Review.Status.APPROVED,
        data=F("payload"),
        message=APPROVED_AHEAD,
        decided_by=decided.decided_by,
        decided_at=decided.decided_at,
    )
    return waiting


def _already(found: Review) -> str:
    who = found.decided_by.get_username() if found.decided_by else "somebody"
    word = found.get_status_display().lower()
    return f"This review was {word} by {who} already. A decision cannot be changed."
