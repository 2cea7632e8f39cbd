"""Begin the runs of what arrived: each once, whoever tries, and in the order in which it arrived.

Taking an arrival, beginning its run under the id that was promised and noting it are one transaction
under the arrival's lock. A worker that dies leaves the arrival waiting; a message that comes twice finds
nothing to do. What cannot begin says why, and nobody tries it again; what failed for reasons of ours is
tried again, later and later.
"""

import logging
from collections.abc import Sequence
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
from agents.executions.services import Wanted
from agents.executions.starting import Origin, StartAlone
from agents.triggers import standing
from agents.triggers.models import Arrival, Trigger
from agents.triggers.settings import configured
from kernel import messages
from kernel.errors import TrellisError

TASK = "triggers.begin"
QUEUE = "io"
AT_ONCE = 64  # runs that one task begins
TOGETHER = 16  # of them in one transaction
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
    while count < AT_ONCE and (taken := _begin_some()):
        count += taken
    if count >= AT_ONCE:
        ring()
    return count


def ring_if_waiting() -> bool:
    """Ring where something waits: for the tick."""
    waits = Arrival.objects.waiting().filter(due_at__lte=now()).exists()
    if waits:
        ring()
    return waits


def _begin_some() -> int:
    """Begin runs of what waits longest, and nobody else has; return how many were taken.

    All in one transaction. Where one of them cannot begin, nothing has happened, and each begins by itself.
    """
    taken: list[UUID] = []
    try:
        _begin_waiting(TOGETHER, taken)
    except Exception as error:
        if not taken:
            raise
        if not isinstance(error, TrellisError | StartAlone):
            logger.warning("Runs could not begin together, and begin alone.", exc_info=True)
        for one in taken:
            _begin_alone(one)
    return len(taken)


def _begin_alone(pk: UUID) -> None:
    try:
        _begin_waiting(1, [], only=pk)
    except TrellisError as error:
        _refuse(pk, _sentence(error))
    except Exception:
        logger.exception("The arrival %s could not begin its run.", pk)
        _put_off(pk)


@transaction.atomic
def _begin_waiting(most: int, taken: list[UUID], only: UUID | None = None) -> None:
    """Take what waits longest, and begin its runs or note why there are none.

    ``taken`` gets what was taken, also where this raises: then nothing was begun and nothing noted.
    """
    rows = Arrival.objects.waiting().filter(due_at__lte=now()).order_by("due_at")
    if only is not None:
        rows = rows.filter(pk=only)
    locked = rows.select_for_update(of=("self",), no_key=True, skip_locked=True)
    owned = locked.select_related("trigger__owner", "trigger__agent", "trigger__preset")
    arrivals = list(owned[:most])
    taken += [one.pk for one in arrivals]
    fitting = _Fitting()
    wanted = []
    for arrival in arrivals:
        if why := _why_not(arrival, fitting):
            _note_failure(arrival, why)
        else:
            wanted.append(arrival)
    _note_starts(wanted)
    if wanted:
        executions.start_executions([_wanted(one, one.trigger) for one in wanted])


@transaction.atomic
def _refuse(pk: UUID, why: str) -> None:
    """Note that the run of an arrival cannot begin, unless it has begun meanwhile."""
    rows = Arrival.objects.waiting().select_for_update(of=("self",), no_key=True)
    arrival = rows.select_related("trigger").filter(pk=pk).first()
    if arrival is not None:
        _note_failure(arrival, why)


class _Fitting:
    """Which triggers fit the version that would run now: each is looked at once."""

    def __init__(self) -> None:
        self._why: dict[UUID, str] = {}

    def why_not(self, trigger: Trigger) -> str:
        if trigger.pk not in self._why:
            version = standing.version_of(trigger)
            is_stale = version is None or version.pk != trigger.checked_version
            fits = not is_stale or standing.follow(trigger, version)
            self._why[trigger.pk] = "" if fits else trigger.paused_why
        return self._why[trigger.pk]


def _why_not(arrival: Arrival, fitting: _Fitting) -> str:
    trigger = arrival.trigger
    if not trigger.owner.is_active or trigger.agent.deleted_at is not None:
        return "The agent is not there any more."
    if arrival.hops >= LONGEST_CHAIN:
        return (
            f"{LONGEST_CHAIN} triggers led here, one after the other: they seem to go in a circle."
        )
    if trigger.preset and not trigger.preset.is_active:
        return f"The preset “{trigger.preset.name}” is switched off. Switch it on first."
    return fitting.why_not(trigger)


def _wanted(arrival: Arrival, trigger: Trigger) -> Wanted:
    inputs, credentials = trigger.given()
    if trigger.input_name and not trigger.node_id:
        inputs[trigger.input_name] = arrival.payload
    return Wanted(
        trigger.owner,
        trigger.agent_id,
        trigger.runs_version,
        inputs,
        masks=trigger.filled(arrival.payload),
        credentials_inputs=credentials,
        pk=arrival.execution_id,
        origin=Origin(Cause.TRIGGER, trigger.pk, trigger.preset_id),
    )


def _note_starts(arrivals: Sequence[Arrival]) -> None:
    rows = Arrival.objects.filter(pk__in=[one.pk for one in arrivals])
    rows.update(verdict=Verdict.STARTED, why="", payload=None)
    mended = {one.trigger_id for one in arrivals if one.trigger.failures}
    if mended:
        Trigger.objects.filter(pk__in=mended).update(failures=0, last_error="")


def _note_failure(arrival: Arrival, why: str) -> None:
    arrival.verdict, arrival.why, arrival.payload = Verdict.FAILED, why, None
    arrival.save(update_fields=["verdict", "why", "payload"])
    failed(arrival.trigger, why)


def failed(trigger: Trigger, why: str) -> None:
    """Count a start that failed; after many in a row the trigger is paused."""
    rows = Trigger.objects.filter(pk=trigger.pk)
    rows.update(failures=F("failures") + 1, last_error=why)
    # Others that arrived together with it have been counted, too.
    pause_after_many(trigger, rows.values_list("failures", flat=True).first() or 0, why)


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
