"""Places at credentials: how many node executions use one at once, and how often.

A node names the credential that it uses in its data (`agents.engine.credentials`). Where its owner set a limit for that id, a node execution takes a place, and a token of the rate,
before its block runs (`take`); it leaves the place when the block ends or waits (`leave`). If
there is none, it is suspended like any block that waits, and no worker is held.

A place is no row of its own: it is a node execution that runs, and says so in ``limit_place``. So
a worker that is lost gives its place up with its lease. Where all places are taken there is a
line, in the order of first claims: whoever leaves grants a place to its head, which is then woken;
who comes later goes to its end. A rate knows no line: each gets a moment of its own (see
`CredentialLimit.draw`). Decisions about one limit are made one after another, under its row's
lock, which comes before the node executions' and never together with a run's.

Of a node with several credentials, the first one that has a limit counts. The local lane takes no
places, so it leaves nodes that name a credential to a claim.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from accounts.models import User
from agents.engine import credentials
from agents.engine.states import NodeStatus
from agents.executions import claims, journal
from agents.executions.claims import Claim
from agents.executions.models import CredentialLimit, NodeExecution
from agents.executions.models.node_execution import NodeExecutionQuerySet
from agents.executions.suspension import Suspended, Suspension

MOST = 1000  # that one sweep wakes; the next one goes on

Place = NodeExecution.LimitPlace


def take(claim: Claim) -> None:
    """Take a place for a node execution whose block is about to run. Raises Suspended if it waits.

    One whose block takes no credential, and whose data names none, is left alone without a query.
    """
    data = claim.node_execution.input_data
    if credentials.pins_of(claim.node):
        data = {**data, **claim.execution.nodes_input_masks.get(claim.node.id, {})}
    named = dict(credentials.named_in(data))
    if not named:
        return
    limited = CredentialLimit.objects.filter(
        owner_id=claim.execution.owner_id, credential__in=list(named)
    )
    kept = dict(limited.values_list("credential", "pk"))
    first = next((id for id in named if id in kept), None)
    waits = None if first is None else _take(claim, kept[first], named[first])
    if waits is not None:
        raise Suspended(waits)


def leave(claim: Claim) -> None:
    """Leave the place, if the node execution had one or went to the line, and wake who is next."""
    row = claim.node_execution
    if row.limit_id is None:
        return
    if row.limit_place == Place.TAKEN:
        held = NodeExecution.objects.filter(pk=row.pk, attempt=claim.attempt)
        held.filter(limit_place=Place.TAKEN).update(limit_place=Place.NONE)
    wake_next(row.limit_id)


def wake_next(limit_id: int) -> int:
    """Grant what is free at a limit to those in line, and wake them; return how many."""
    return sum(journal.wake(pk) for pk in _grant(limit_id))


def wake_forgotten() -> int:
    """Wake, for every limit with a line, those who have a place; return how many."""
    asleep = NodeExecution.objects.filter(status=NodeStatus.WAITING, ended_at=None)
    granted = asleep.filter(limit_place=Place.GRANTED).values_list("pk", flat=True)[:MOST]
    in_line = asleep.filter(limit_place=Place.IN_LINE).order_by()
    limits = list(in_line.values_list("limit_id", flat=True).distinct())
    woken = sum(journal.wake(pk) for pk in granted)
    return woken + sum(wake_next(limit) for limit in limits if limit is not None)


@transaction.atomic
def set_limit(
    owner: User,
    credential: str,
    *,
    max_concurrent: int | None,
    rate_amount: int | None,
    rate_seconds: int | None,
) -> tuple[CredentialLimit, bool]:
    """Return the credential's limit as it now is, and whether it is new."""
    limit, created = CredentialLimit.objects.update_or_create(
        owner=owner,
        credential=credential,
        defaults={
            "max_concurrent": max_concurrent,
            "rate_amount": rate_amount,
            "rate_seconds": rate_seconds,
        },
    )
    transaction.on_commit(partial(wake_next, limit.pk), robust=True)  # there may be more places
    return limit, created


@transaction.atomic
def remove_limit(limit: CredentialLimit) -> None:
    """Lift the limit; those in line go on."""
    line = list(_line(limit.pk).values_list("pk", flat=True))
    NodeExecution.objects.filter(pk__in=line).update(limit_place=Place.GRANTED)
    limit.delete()
    transaction.on_commit(lambda: [journal.wake(pk) for pk in line[:MOST]], robust=True)


def words(waits_for: Mapping[str, Any]) -> str:
    """Return what a node execution waits for whose ``waits_for`` has the kind "limit".

    For `waiting` and the pages: "waits for one of the 2 places at the credential 'OpenAI'", or
    "waits until 2026-03-01 09:00:00 UTC: the credential 'OpenAI' may be used 60 times in 60 s".
    """
    name = f"the credential {waits_for.get('credential')!r}"
    if "until" in waits_for:
        until = str(waits_for["until"])[:19].replace("T", " ")
        return f"waits until {until} UTC: {name} may be used {waits_for.get('rate')}"
    return f"waits for one of the {waits_for.get('places')} places at {name}"


@transaction.atomic
def _take(claim: Claim, limit_id: int, title: str) -> Suspension | None:
    """Take a place and a token, or say what the node execution waits for."""
    limit = CredentialLimit.objects.select_for_update().filter(pk=limit_id).first()
    if limit is None:
        return None
    row = NodeExecution.objects.select_for_update(no_key=True).get(pk=claim.node_execution.pk)
    if row.attempt != claim.attempt:
        raise claims.LeaseLost
    moment = now()
    turn = row.limit_turn
    if turn is None or row.limit_id != limit.pk:
        turn = limit.draw(moment)
        limit.save(update_fields=["drawn_until"])
    if turn > moment:
        _note(claim, limit, Place.NONE, turn)
        return _until(turn, limit, title)
    if _has_place(limit, row):
        _note(claim, limit, Place.TAKEN, None)
        return None
    _note(claim, limit, Place.IN_LINE, turn)
    return Suspension({"kind": "limit", "credential": title, "places": limit.max_concurrent})


def _has_place(limit: CredentialLimit, row: NodeExecution) -> bool:
    if limit.max_concurrent is None:
        return True
    taken = _taken(limit.pk).exclude(pk=row.pk).count()
    if row.limit_id == limit.pk and row.limit_place == Place.GRANTED:
        return taken < limit.max_concurrent
    # Those in line go first; also those who are on their way into it.
    return taken + _line(limit.pk, NodeStatus.RUNNING).exclude(pk=row.pk).count() < (
        limit.max_concurrent
    )


def _note(claim: Claim, limit: CredentialLimit, place: str, turn: datetime | None) -> None:
    """Write the node execution's place, and keep it in the claim."""
    row = claim.node_execution
    row.limit_id, row.limit_place, row.limit_turn = limit.pk, place, turn
    NodeExecution.objects.filter(pk=row.pk).update(
        limit_id=limit.pk, limit_place=place, limit_turn=turn
    )


def _until(turn: datetime, limit: CredentialLimit, title: str) -> Suspension:
    waits_for = {
        "kind": "limit",
        "credential": title,
        "until": turn.isoformat(),
        "rate": f"{limit.rate_amount} times in {limit.rate_seconds} s",
    }
    return Suspension(waits_for, wake_at=turn)


@transaction.atomic
def _grant(limit_id: int) -> list[UUID]:
    """Give the free places to the first in line; return who got one."""
    limit = CredentialLimit.objects.select_for_update().filter(pk=limit_id).first()
    line = _line(limit_id).order_by("started_at", "pk").values_list("pk", flat=True)
    free = MOST
    if limit is not None and limit.max_concurrent is not None:
        free = min(limit.max_concurrent - _taken(limit_id).count(), MOST)
    first = list(line[: max(free, 0)])
    if first:
        NodeExecution.objects.filter(pk__in=first).update(limit_place=Place.GRANTED)
    return first


def _taken(limit_id: int) -> NodeExecutionQuerySet:
    """Return who has a place: those that run in one, and those to whom one was granted."""
    live = NodeExecution.objects.filter(limit_id=limit_id, ended_at=None)
    return live.filter(
        Q(limit_place=Place.TAKEN, status=NodeStatus.RUNNING) | Q(limit_place=Place.GRANTED)
    )


def _line(limit_id: int, *more: NodeStatus) -> NodeExecutionQuerySet:
    """Return who waits in line; with RUNNING, also those who are about to."""
    return NodeExecution.objects.filter(
        limit_id=limit_id,
        ended_at=None,
        limit_place=Place.IN_LINE,
        status__in=[NodeStatus.WAITING, *more],
    )
