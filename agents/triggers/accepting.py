"""Take calls in: believe or refuse each, and write down what is to begin runs, many at a time.

The whole of what a caller waits for: one look at the triggers of all the calls, and one insert. The
run's id is chosen here. Of two calls that are the same one, the first is kept; the other is told of the
same run. What begins the runs comes later (`beginning`), and a call that was taken is never lost.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from agents.triggers import auditing, beginning, kinds, standing
from agents.triggers.calls import Call
from agents.triggers.errors import CallRefused, UnknownHook
from agents.triggers.kinds.base import Called, Genuine
from agents.triggers.metrics import CALLS
from agents.triggers.models import Arrival, Trigger
from agents.triggers.pace import Pace
from credentials.errors import CredentialUnreadable
from kernel.errors import TrellisError
from kernel.idempotency import IdempotencyKeyReused

Verdict = Arrival.Verdict

logger = logging.getLogger(__name__)

# Somebody who has an address and no secret must not fill tables: of each trigger, in each process.
NOTED = Pace(10, 60)  # refused calls that its owner may look at, in so many seconds
AUDITED = Pace(1, 60)


@dataclass(frozen=True)
class Taken:
    """What a caller is told of a call that was taken."""

    owner_id: Any
    execution_id: UUID | None = None
    replayed: bool = False
    ignored: str = ""
    is_test: bool = False


Outcome = Taken | TrellisError


@dataclass
class _Case:
    """A call, its trigger, and what becomes of it."""

    call: Call
    trigger: Trigger
    arrival: Arrival
    genuine: Genuine | None = None
    refusal: TrellisError | None = None


def take(calls: Sequence[Call]) -> list[Outcome]:
    """Return what each of the calls is told, in their order."""
    triggers = _triggers(calls)
    found: list[Outcome | None] = [None] * len(calls)
    cases: dict[int, _Case] = {}
    for number, call in enumerate(calls):
        trigger = triggers.get(call.digest)
        if trigger is None:
            CALLS.labels("", "unknown").inc()
            found[number] = UnknownHook()
        else:
            cases[number] = _judged(call, trigger)
    told = _written([*cases.values()])
    for number, outcome in zip(cases, told, strict=True):
        found[number] = outcome
    return [one for one in found if one is not None]


def _triggers(calls: Sequence[Call]) -> Mapping[str, Trigger]:
    """Return the triggers that are called and take calls, each of them fit for its version."""
    rows = standing.with_version(
        Trigger.objects.filter(
            digest__in={call.digest for call in calls},
            agent__deleted_at=None,
            owner__is_active=True,
        )
    )
    tested = {call.digest for call in calls if call.is_test}
    found = {}
    for trigger in rows.defer("state", "inputs", "credentials_inputs"):
        if not trigger.is_active and trigger.digest not in tested:
            continue
        current = trigger.current_version  # type: ignore[attr-defined]
        is_stale = trigger.is_active and (current is None or trigger.checked_version != current)
        if is_stale and not standing.follow(trigger, standing.version_of(trigger)):
            continue
        found[str(trigger.digest)] = trigger
    return found


def _judged(call: Call, trigger: Trigger) -> _Case:
    """Return what is to be written of a call. One of a paused trigger can only be a test."""
    arrival = Arrival(
        trigger=trigger,
        verdict=Verdict.WAITING,
        digest=call.body_digest,
        headers=call.shown_headers(),
        body=call.shown_body(),
        size=len(call.body),
        address=call.address,
    )
    case = _Case(call, trigger, arrival)
    try:
        if not (trigger.is_active or call.is_test):
            raise UnknownHook
        case.genuine = _genuine(call, trigger)
    except TrellisError as error:
        case.refusal = error
        arrival.verdict, arrival.why = Verdict.REFUSED, error.message
        return case
    arrival.event = case.genuine.event
    if call.is_test:
        arrival.verdict = Verdict.TESTED
    elif case.genuine.ignored:
        arrival.verdict, arrival.why = Verdict.IGNORED, case.genuine.ignored
    else:
        arrival.delivery_id, arrival.signature = case.genuine.delivery_id, case.genuine.signature
        arrival.payload, arrival.execution_id = case.genuine.payload, uuid4()
    return case


def _genuine(call: Call, trigger: Trigger) -> Genuine:
    kind = kinds.get(trigger.kind)
    if not isinstance(kind, Called):
        raise UnknownHook
    try:
        secret = str(trigger.secret().get("secret") or "")
    except CredentialUnreadable:
        secret = ""  # which opens nothing
    return kind.judge(call, secret, kind.config.model_validate(trigger.config), trigger.wanted)


def _written(cases: Sequence[_Case]) -> list[Outcome]:
    """Write down what arrived, and return what the callers are told."""
    kept = [case.arrival for case in cases if case.refusal is None or _is_noted(case)]
    lines = [
        auditing.refused(case.trigger, case.refusal.message, case.call.address)
        for case in cases
        if isinstance(case.refusal, CallRefused) and AUDITED.allows(case.trigger.pk)
    ]
    new: set[UUID] = set()
    known: dict[UUID, Arrival] = {}
    if kept or lines:
        with transaction.atomic():
            for line in lines:
                line.save(force_insert=True)
            Arrival.objects.bulk_create(kept, ignore_conflicts=True)
            waiting = [one for one in kept if one.verdict == Verdict.WAITING]
            new, known = _new_and_known(waiting)
    told = [_told(case, new, known) for case in cases]
    if new:
        beginning.ring()
    return told


def _new_and_known(wanted: Sequence[Arrival]) -> tuple[set[UUID], dict[UUID, Arrival]]:
    """Return which of the arrivals were written, and for each other one what came before it."""
    named = [one for one in wanted if one.delivery_id or one.signature]
    new = {one.pk for one in wanted} - {one.pk for one in named}
    if not named:
        return new, {}
    rows = Arrival.objects.filter(pk__in=[one.pk for one in named])
    new |= set(rows.values_list("pk", flat=True))
    known = {}
    for one in named:
        if one.pk not in new and (before := _before(one)) is not None:
            known[one.pk] = before
    return new, known


def _before(arrival: Arrival) -> Arrival | None:
    """Return what came with the same delivery id, or else with the same signature."""
    rows = Arrival.objects.filter(trigger=arrival.trigger_id)
    found = None
    if arrival.delivery_id:
        found = rows.filter(delivery_id=arrival.delivery_id).first()
    if found is None and arrival.signature:
        found = rows.filter(signature=arrival.signature).first()
    return found


def _told(case: _Case, new: set[UUID], known: Mapping[UUID, Arrival]) -> Outcome:
    outcome = _outcome(case, new, known)
    kind = case.trigger.kind
    if isinstance(outcome, TrellisError):
        CALLS.labels(kind, "refused").inc()
        logger.warning(
            "A call to a trigger was refused: %s",
            outcome.message,
            extra={
                "action": "trigger_call_refused",
                "code": outcome.code,
                "trigger_id": str(case.trigger.pk),
                "address": case.call.address,
            },
        )
    else:
        CALLS.labels(kind, "repeated" if outcome.replayed else str(case.arrival.verdict)).inc()
    return outcome


def _outcome(case: _Case, new: set[UUID], known: Mapping[UUID, Arrival]) -> Outcome:
    owner, arrival, genuine = case.trigger.owner_id, case.arrival, case.genuine
    if case.refusal is not None:
        return case.refusal
    assert genuine is not None
    if arrival.verdict != Verdict.WAITING:
        return Taken(owner, ignored=arrival.why, is_test=case.call.is_test)
    if arrival.pk in new:
        return Taken(owner, arrival.execution_id)
    before = known.get(arrival.pk)
    if before is None:
        return CallRefused("This call came before. Send it again under another id.")
    if genuine.delivery_id and before.delivery_id != genuine.delivery_id:
        return CallRefused("This signature came before, under another id. Sign each call anew.")
    if genuine.only_once and before.digest != arrival.digest:
        return IdempotencyKeyReused()
    return Taken(owner, before.execution_id, replayed=True)


def _is_noted(case: _Case) -> bool:
    return NOTED.allows(case.trigger.pk)
