"""What the end of a run means to the schedule that started it: see `agents.executions.announcing`."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from agents.engine.states import ExecutionStatus
from agents.executions.models import Cause, Execution
from agents.schedules import outcomes
from agents.schedules.models import Fire, Pause, Schedule


def runs_ended(runs: Sequence[Execution]) -> None:
    """Note how runs of schedules ended; pause a schedule of which too many failed in a row."""
    ours = [run for run in runs if run.cause == Cause.SCHEDULE and run.cause_id is not None]
    if not ours:
        return
    ended: dict[str, list[UUID]] = defaultdict(list)
    of: dict[UUID, list[str]] = defaultdict(list)
    for run in sorted(ours, key=lambda run: (run.ended_at is not None, run.ended_at)):
        assert run.cause_id is not None
        ended[run.status].append(run.pk)
        of[run.cause_id].append(run.status)
    for status, pks in ended.items():
        Fire.objects.filter(execution_id__in=pks).update(status=Fire.Status.ENDED, outcome=status)
    rows = Schedule.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    for schedule in rows.filter(pk__in=of).only("failures_in_row", "pause_after_failures"):
        _count(schedule, of[schedule.pk])


def _count(schedule: Schedule, statuses: Sequence[str]) -> None:
    failures = most = schedule.failures_in_row
    for status in statuses:
        if status == ExecutionStatus.FAILED:
            failures += 1
        elif status == ExecutionStatus.COMPLETED:
            failures = 0
        most = max(most, failures)
    if failures != schedule.failures_in_row:
        Schedule.objects.filter(pk=schedule.pk).update(failures_in_row=failures)
    limit = schedule.pause_after_failures
    if limit is not None and most >= limit and ExecutionStatus.FAILED in statuses:
        outcomes.pause(schedule, Pause.FAILURES)
