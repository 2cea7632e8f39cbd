"""Schedules of the calculator, made without the services."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import now

from accounts.models import User
from agents.executions import announcing
from agents.executions.models import Execution
from agents.schedules import firing, taking, waiting
from agents.schedules.models import Fire, Kind, Schedule
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import version_of

MINUTE = timedelta(minutes=1)


def hourly(owner: User, graph: GraphBuilder | None = None, **fields: Any) -> Schedule:
    """Return a schedule that is due at this moment, and every hour."""
    version = version_of(owner, graph or calculator())
    moment = fields.pop("next_time", now())
    fields = {"kind": Kind.INTERVAL, "every_seconds": 3600, "at": moment, **fields}
    return Schedule.objects.create(
        owner=owner,
        agent_id=version.agent_id,
        next_time=moment,
        **{"name": "Hourly", "inputs": {"Input": 1}, **fields},
    )


def tick() -> None:
    """Do what the tick does, without other processes."""
    waiting.go_on()
    taking.take_due()
    firing.start_due()


def fires(schedule: Schedule) -> list[tuple[str, str]]:
    """Return what became of the schedule's times, in their order: the status and the code."""
    return list(schedule.fires.order_by("time").values_list("status", "code"))


def runs(schedule: Schedule) -> list[Execution]:
    """Return the runs that the schedule began, the first one first."""
    return list(Execution.objects.filter(cause_id=schedule.pk).order_by("created"))


def end(execution: Execution, status: str) -> None:
    """Let the run end like this, and tell its schedule."""
    Execution.objects.filter(pk=execution.pk).update(
        status=status, ended_at=now(), unfinished=0, announced=False
    )
    announcing.announce()


def make_due(schedule: Schedule, moment: datetime | None = None) -> None:
    """Let the schedule's next time be at a moment, by default at this one."""
    moment = moment or now()
    Schedule.objects.filter(pk=schedule.pk).update(next_time=moment, at=moment)


__all__ = ["Fire", "end", "fires", "hourly", "make_due", "runs", "tick"]
