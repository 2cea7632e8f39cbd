"""How late schedules start their agents, and what an outage of beat does to them.

``python -m benchmarks.schedules [DUE [STORED]]``: of 10,000 schedules, 500 are due in the same second, with
two beats and the workers of ``trellis up``. Then all beats are gone for a minute. Prints JSON; the
exit status tells whether each time was started once and in time, and missed ones as their schedules say.
"""

import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks.graphs import chain
from benchmarks.instance import Lab, laboratory

DUE = 500
STORED = 10_000
OWNERS = 50
WARNING = timedelta(seconds=20)  # from the making of the schedules to their time
PATIENCE = 120.0
OUTAGE = 60.0
OF_POLICY = 20
LATEST = 1.0  # seconds, for 99 of 100
AT_ONCE = 1000


@dataclass(frozen=True)
class Lateness:
    """How late the starts of one second were."""

    due: int
    stored: int
    started: int
    doubled: int
    median_ms: float
    p99_ms: float
    worst_ms: float
    runs_ended_after_s: float


@dataclass(frozen=True)
class Outage:
    """What became of the times of schedules with one policy while beat was gone."""

    policy: str
    schedules: int
    times: dict[str, int]
    holds: bool


@contextmanager
def beats(lab: Lab, count: int) -> Iterator[None]:
    """Run so many beats. They write one log: nothing waits for what it says."""
    [one] = lab.trellis("beat")
    with lab.running(*[one] * count):
        yield


def measure(lab: Lab, due: int, stored: int) -> tuple[Lateness, list[Outage]]:
    with lab.running(*lab.trellis("worker-io", "worker-cpu", "worker-ticks")):
        with beats(lab, 2):
            lateness = _one_second(due, stored)
            made = _every_ten_seconds()
            _until(lambda: _has_started(made), "the first times")
        gone = time.monotonic()
        time.sleep(OUTAGE)
        outage = time.monotonic() - gone
        with beats(lab, 1):
            _until(lambda: _caught_up(made), "the times of the outage")
    return lateness, [_judge(policy, made[policy], outage) for policy in made]


def _one_second(due: int, stored: int) -> Lateness:
    from django.utils.timezone import now

    from agents.executions.models import Execution
    from agents.schedules.models import Fire

    versions = _agents()
    later = now() + timedelta(days=30)
    _store(versions, stored - due, later)
    moment = (now() + WARNING).replace(microsecond=0)
    _store(versions, due, moment)
    fires = Fire.objects.filter(time=moment)
    _until(lambda: now() > moment and fires.count() == due and not _open(fires), "all starts")
    _until(lambda: not Execution.objects.live().exists(), "the ends of all runs")
    ended = (now() - moment).total_seconds()
    late = sorted(
        (fire.started_at - fire.due_at).total_seconds() * 1000
        for fire in fires
        if fire.started_at is not None
    )
    runs = Counter(Execution.objects.values_list("cause_id", flat=True))
    return Lateness(
        due,
        stored,
        len(late),
        sum(count > 1 for count in runs.values()),
        round(statistics.median(late), 1),
        round(late[int(len(late) * 0.99) - 1], 1),
        round(late[-1], 1),
        round(ended, 1),
    )


def _agents() -> list[Any]:
    from accounts.models import User
    from agents.graphs.services import create_agent

    owners = [User.objects.create_user(f"owner-{number}") for number in range(OWNERS)]
    return [create_agent(owner, chain(3)) for owner in owners]


def _store(versions: list[Any], count: int, moment: datetime, **fields: Any) -> list[Any]:
    """Make so many schedules that are due at the moment, of all agents in turn."""
    from agents.schedules.models import Kind, Schedule

    rows = [
        Schedule(
            owner_id=version.agent.owner_id,
            agent_id=version.agent_id,
            name=f"Schedule {number}",
            at=moment,
            next_time=moment,
            **{"kind": Kind.INTERVAL, "every_seconds": 86_400, **fields},
        )
        for number, version in ((one, versions[one % len(versions)]) for one in range(count))
    ]
    return Schedule.objects.bulk_create(rows, batch_size=AT_ONCE)


def _every_ten_seconds() -> dict[str, list[Any]]:
    """Return schedules of each policy whose times come more often than people may choose."""
    from django.db import connection
    from django.utils.timezone import now

    from agents.schedules.models import Missed, Overlap

    with connection.cursor() as cursor:  # intervals of less than a minute are refused
        cursor.execute(
            "ALTER TABLE schedules_schedule DROP CONSTRAINT IF EXISTS schedule_says_when"
        )
    versions = _agents_again()
    soon = now() + timedelta(seconds=5)
    return {
        policy.value: _store(
            versions,
            OF_POLICY,
            soon,
            every_seconds=10,
            missed=policy,
            overlap=Overlap.ALLOW,
        )
        for policy in Missed
    }


def _agents_again() -> list[Any]:
    from agents.graphs.models import GraphVersion

    return list(GraphVersion.objects.select_related("agent").defer("document"))


def _open(fires: Any) -> bool:
    return bool(fires.filter(status__in=["due", "waiting"]).exists())


def _has_started(made: dict[str, list[Any]]) -> bool:
    from agents.schedules.models import Fire

    every = [one.pk for rows in made.values() for one in rows]
    found = Fire.objects.filter(schedule__in=every, started_at__isnull=False)
    return found.values("schedule").distinct().count() == len(every)


def _caught_up(made: dict[str, list[Any]]) -> bool:
    """Return whether each schedule has a next time that is to come, and nothing that is due."""
    from django.utils.timezone import now

    from agents.schedules.models import Fire, Schedule

    every = [one.pk for rows in made.values() for one in rows]
    behind = Schedule.objects.filter(pk__in=every, next_time__lt=now() - timedelta(seconds=2))
    due = Fire.objects.filter(schedule__in=every, status="due", due_at__lt=now())
    missed = Fire.objects.filter(schedule__in=every, code="missed")
    return missed.exists() and not behind.exists() and not due.exists()


def _judge(policy: str, rows: list[Any], outage: float) -> Outage:
    """Say what became of the schedules' times, and whether it is what they say."""
    from agents.schedules.models import Fire

    fires = Fire.objects.filter(schedule__in=rows)
    times = Counter(
        f"{'missed ' if fire.code == 'missed' else ''}{_what(fire.status)}" for fire in fires
    )
    of_each = Counter(fire.schedule_id for fire in fires if fire.code == "missed")
    least = {"skip": 1, "once": 1, "all": int(outage // 10) - 2}[policy]
    most = 1 if policy != "all" else int(outage // 10) + 2
    right = "missed skipped" if policy == "skip" else "missed started"
    wrong = "missed started" if policy == "skip" else "missed skipped"
    holds = (
        all(least <= of_each[one.pk] <= most for one in rows)
        and times[right] > 0
        and times[wrong] == 0
        and len({(fire.schedule_id, fire.time) for fire in fires}) == len(fires)
    )
    return Outage(policy, len(rows), dict(times), holds)


def _what(status: str) -> str:
    return "started" if status in {"started", "ended"} else status


def _until(condition: Any, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"Waited in vain for {what}.")
        time.sleep(0.2)


def main() -> int:
    numbers = [int(one) for one in sys.argv[1:]]
    due, stored = (*numbers, *(DUE, STORED)[len(numbers) :])
    with laboratory() as lab:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        from benchmarks import blocks

        blocks.register()
        lateness, outages = measure(lab, due, stored)
    print(json.dumps([asdict(lateness), *(asdict(one) for one in outages)], indent=2))
    good = lateness.started == due and lateness.doubled == 0 and lateness.p99_ms <= LATEST * 1000
    return 0 if good and all(one.holds for one in outages) else 1


if __name__ == "__main__":
    sys.exit(main())
