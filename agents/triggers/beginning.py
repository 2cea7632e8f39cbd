"""Begin the runs of what arrived: each once, whoever tries, and in the order in which it arrived.

Taking an arrival, beginning its run under the id that was promised and noting it are one transaction
under the arrival's lock. A worker that dies leaves the arrival waiting; a message that comes twice finds
nothing to do. What cannot begin says why, and nobody tries it again; what failed for reasons of ours is
tried again, later and later.
"""

import logging
from datetime import timedelta
from uuid import UUID

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.timezone import now

from agents.executions import services as executions
from agents.executions.models import Cause
from agents.executions.starting import Origin
from agents.triggers import standing
from agents.triggers.models import Arrival, Trigger
from agents.triggers.settings import configured
from kernel import messages
from kernel.errors import TrellisError

TASK = "triggers.begin"
QUEUE = "io"
AT_ONCE = 50  # runs that one task begins
MOST_TRIES = 5
LONGEST_CHAIN = 10
"""Triggers that hear of each other's runs, one after the other."""

Verdict = Arrival.Verdict

logger = logging.getLogger(__name__)


def ring() -> None:
    """Ask a worker to begin what waits. A broker that is away is no error: the tick asks again."""
    try:
        messages.send(current_app, settings.REDIS_URL, TASK, {QUEUE: [()]})
    except redis.RedisError as error:
        logger.warning("The broker is away; the tick will begin what arrived: %s", error)


def begin() -> int:
    """Begin runs of what waits, up to `AT_ONCE`; ring for the rest. Return how many were taken."""
    count = 0
    while count < AT_ONCE and _begin_next():
        count += 1
    if count == AT_ONCE:
        ring()
    return count


def ring_if_waiting() -> bool:
    """Ring where something waits: for the tick."""
    waits = Arrival.objects.waiting().filter(due_at__lte=now()).exists()
    if waits:
        ring()
    return waits


def _begin_next() -> bool:
    """Take the arrival that waits longest; False where none does that nobody else has."""
    rows = Arrival.objects.waiting().filter(due_at__lte=now()).order_by("due_at")
    taken: UUID | None = None
    try:
        with transaction.atomic():
            locked = rows.select_for_update(of=("self",), no_key=True, skip_locked=True)
            arrival = locked.select_related(
                "trigger__owner", "trigger__agent", "trigger__preset"
            ).first()
            if arrival is None:
                return False
            taken = arrival.pk
            _begin(arrival)
    except Exception:
        if taken is None:
            raise
        logger.exception("The arrival %s could not begin its run.", taken)
        _put_off(taken)
    return True


def _begin(arrival: Arrival) -> None:
    """Begin the run of an arrival that is locked, or note why there is none."""
    trigger = arrival.trigger
    why = _why_not(arrival, trigger)
    if not why:
        try:
            with transaction.atomic():
                _start(arrival, trigger)
        except TrellisError as error:
            why = _sentence(error)
    _note(arrival, trigger, why)


def _why_not(arrival: Arrival, trigger: Trigger) -> str:
    if not trigger.owner.is_active or trigger.agent.deleted_at is not None:
        return "The agent is not there any more."
    if arrival.hops >= LONGEST_CHAIN:
        return (
            f"{LONGEST_CHAIN} triggers led here, one after the other: they seem to go in a circle."
        )
    if trigger.preset and not trigger.preset.is_active:
        return f"The preset “{trigger.preset.name}” is switched off. Switch it on first."
    version = standing.version_of(trigger)
    is_stale = version is None or version.pk != trigger.checked_version
    if is_stale and not standing.follow(trigger, version):
        return trigger.paused_why
    return ""


def _start(arrival: Arrival, trigger: Trigger) -> None:
    inputs, credentials = trigger.given()
    if trigger.input_name and not trigger.node_id:
        inputs[trigger.input_name] = arrival.payload
    executions.start_execution(
        owner=trigger.owner,
        agent_id=trigger.agent_id,
        version=trigger.runs_version,
        inputs=inputs,
        masks=trigger.filled(arrival.payload),
        credentials_inputs=credentials,
        pk=arrival.execution_id,
        origin=Origin(Cause.TRIGGER, trigger.pk, trigger.preset_id),
    )


def _note(arrival: Arrival, trigger: Trigger, why: str) -> None:
    arrival.verdict = Verdict.FAILED if why else Verdict.STARTED
    arrival.why, arrival.payload = why, None
    arrival.save(update_fields=["verdict", "why", "payload"])
    if why:
        failed(trigger, why)
    elif trigger.failures:
        Trigger.objects.filter(pk=trigger.pk).update(failures=0, last_error="")


def failed(trigger: Trigger, why: str) -> None:
    """Count a start that failed; after many in a row the trigger is paused."""
    rows = Trigger.objects.filter(pk=trigger.pk)
    rows.update(failures=F("failures") + 1, last_error=why)
    pause_after_many(trigger, trigger.failures + 1, why)


def pause_after_many(trigger: Trigger, count: int, why: str) -> None:
    """Pause the trigger where it failed so often in a row."""
    most = configured()["pause_after"]
    if most and count >= most:
        standing.pause(trigger, f"It failed {most} times in a row. The last time: {why}")


def _put_off(pk: UUID) -> None:
    with transaction.atomic():
        arrival = Arrival.objects.select_for_update(of=("self",)).get(pk=pk)
        if arrival.verdict != Verdict.WAITING:
            return
        arrival.tries += 1
        arrival.due_at = now() + timedelta(seconds=2**arrival.tries)
        if arrival.tries >= MOST_TRIES:
            arrival.verdict, arrival.payload = Verdict.FAILED, None
            arrival.why = "Something went wrong in Trellis. Its log has the details."
        arrival.save(update_fields=["tries", "due_at", "verdict", "why", "payload"])


def _sentence(error: TrellisError) -> str:
    told = " ".join(one.detail for one in error.errors[:3])
    return f"{error.message} {told}".strip()[:2_000]
