"""Look for something new where it is a trigger's turn, without holding a transaction meanwhile.

A turn is taken by moving `next_look_at` under the row's lock, so two ticks take it once. What a look
found and what it wants to remember are written together; the same thing found twice has one name, and
so begins one run.
"""

import logging
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import redis
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.timezone import now

from agents.triggers import beginning, kinds
from agents.triggers.kinds.base import Look, Polled, Watch
from agents.triggers.models import Arrival, Trigger
from agents.triggers.settings import configured
from kernel import messages
from kernel.errors import TrellisError
from kernel.jsontypes import dumps

TASK = "triggers.look"
AT_ONCE = 200  # turns that one tick takes
SHOWN = 8_192  # characters of what was found
LONGEST_PAUSE = timedelta(hours=6)

logger = logging.getLogger(__name__)


def send_looks() -> int:
    """Let workers look where it is time; return for how many triggers."""
    with transaction.atomic():
        rows = Trigger.objects.due(now()).select_for_update(of=("self",), skip_locked=True)
        found = list(rows.order_by("next_look_at")[:AT_ONCE])
        for trigger in found:
            trigger.next_look_at = now() + _period(trigger)
        Trigger.objects.bulk_update(found, ["next_look_at"])
    if found:
        try:
            arguments = [(str(trigger.pk),) for trigger in found]
            messages.send(current_app, settings.REDIS_URL, TASK, {beginning.QUEUE: arguments})
        except redis.RedisError as error:
            logger.warning("The broker is away; triggers look at their next turns: %s", error)
    return len(found)


def look(pk: UUID) -> int:
    """Look for something new, and write it down; return how much there was."""
    trigger = Trigger.objects.living().filter(pk=pk).first()
    kind = kinds.find(trigger.kind) if trigger else None
    if trigger is None or not isinstance(kind, Polled):
        return 0
    if not connection.in_atomic_block:
        connection.close()  # others may have it while we wait for a host
    try:
        config = kind.config.model_validate(trigger.config)
        found = kind.look(Watch(trigger.owner_id, trigger.agent_id, config, trigger.state))
    except TrellisError as error:
        _failed(trigger, error.message)
        return 0
    except Exception:
        logger.exception("The trigger %s could not look.", pk)
        _failed(trigger, "Something went wrong in Trellis. Its log has the details.")
        return 0
    return _keep(trigger, found)


def _keep(trigger: Trigger, found: Look) -> int:
    """Write down what was found, and what to remember, unless somebody else did meanwhile."""
    with transaction.atomic():
        rows = Trigger.objects.living().select_for_update(of=("self",))
        fresh = rows.filter(pk=trigger.pk).first()
        if fresh is None or fresh.state != trigger.state or fresh.config != trigger.config:
            return 0
        Arrival.objects.bulk_create(
            [
                Arrival(
                    trigger=trigger,
                    verdict=Arrival.Verdict.WAITING,
                    delivery_id=item.id,
                    execution_id=uuid4(),
                    payload=item.payload,
                    body=dumps(item.payload, ascii_only=False)[:SHOWN].replace("\x00", ""),
                )
                for item in found.items
            ],
            ignore_conflicts=True,
        )
        fresh.state, fresh.looked_at = found.state, now()
        if fresh.missed:
            fresh.missed, fresh.last_error = 0, ""
        fresh.save(update_fields=["state", "looked_at", "missed", "last_error"])
        if found.items:
            transaction.on_commit(partial(beginning.ring), robust=True)
    return len(found.items)


@transaction.atomic
def _failed(trigger: Trigger, why: str) -> None:
    """Note that there was nothing to see; the more often in a row, the longer is the pause."""
    pause = min(_period(trigger) * 2 ** min(trigger.missed, 8), LONGEST_PAUSE)
    Trigger.objects.filter(pk=trigger.pk).update(
        missed=F("missed") + 1, last_error=why, next_look_at=now() + max(pause, _period(trigger))
    )
    beginning.pause_after_many(trigger, trigger.missed + 1, why)


def _period(trigger: Trigger) -> timedelta:
    kind = kinds.find(trigger.kind)
    if not isinstance(kind, Polled):
        return timedelta(days=1)
    seconds = kind.period(kind.config.model_validate(trigger.config))
    return timedelta(seconds=max(seconds, configured()["shortest_period"]))
