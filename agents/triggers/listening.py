"""Runs that ended: triggers that wait for them get an arrival each, in the transaction that tells it."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from agents.executions.models import Cause, Execution
from agents.triggers import beginning, kinds
from agents.triggers.kinds.base import Heard
from agents.triggers.models import Arrival, Trigger
from kernel.jsontypes import JSONObject


def hear(runs: Sequence[Execution]) -> None:
    """Write down which triggers of their own agents the ends of these runs concern."""
    heard = [one.name for one in kinds.every() if isinstance(one, Heard)]
    agents = {str(run.graph_version.agent_id) for run in runs if not run.graph_version.is_snapshot}
    rows = Trigger.objects.living().filter(kind__in=heard, subject__in=agents)
    triggers = list(rows)
    if not triggers:
        return
    hops = _hops(runs)
    made = [
        arrival
        for run in runs
        for trigger in triggers
        if (arrival := _arrival(trigger, run, hops.get(run.pk, 0))) is not None
    ]
    if made:
        Arrival.objects.bulk_create(made, ignore_conflicts=True)
        transaction.on_commit(partial(beginning.ring), robust=True)


def _arrival(trigger: Trigger, run: Execution, hops: int) -> Arrival | None:
    kind = kinds.get(trigger.kind)
    if trigger.owner_id != run.owner_id or trigger.subject != str(run.graph_version.agent_id):
        return None
    if run.graph_version.is_snapshot or not isinstance(kind, Heard):
        return None  # somebody tries a draft
    if not kind.hears(kind.config.model_validate(trigger.config), run):
        return None
    payload: JSONObject = dict(kind.payload(run))
    return Arrival(
        trigger=trigger,
        verdict=Arrival.Verdict.WAITING,
        event=str(run.status),
        delivery_id=f"run:{run.pk}:{run.ended_at:%Y%m%dT%H%M%S.%f}",
        execution_id=uuid4(),
        payload=payload,
        hops=hops,
    )


def _hops(runs: Sequence[Execution]) -> dict[UUID, int]:
    """Return through how many triggers each run came that a trigger began."""
    begun = [run.pk for run in runs if run.cause == Cause.TRIGGER]
    if not begun:
        return {}
    rows: Any = Arrival.objects.filter(execution_id__in=begun)
    return {pk: hops + 1 for pk, hops in rows.values_list("execution_id", "hops")}
