"""Runs in a day and in a month, counted with the start that they allow.

`COUNT` is part of the statement with which admission asks for a place (`agents.executions.admission`): it is
carried out under the lock under which one person's starts are decided one after another, and undone with
a start that is refused. So the numbers are exact, and cost no round trip.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.utils.timezone import now

from kernel.errors import TrellisError
from quotas.allowance import Period, Quota, limit_of, resets_at
from quotas.models import OwnQuota, Usage
from quotas.storage import Storage, limit_in_bytes

TODAY = "(clock_timestamp() AT TIME ZONE 'UTC')::date"

# A statement that waited over midnight does not turn back the calendar: `GREATEST`.
COUNT = f"""
INSERT INTO {Usage._meta.db_table} AS usage (user_id, day, runs_of_day, runs_of_month)
VALUES (%(owner)s, {TODAY}, 1, 1)
ON CONFLICT (user_id) DO UPDATE SET
  runs_of_day = 1 + CASE WHEN usage.day >= excluded.day THEN usage.runs_of_day ELSE 0 END,
  runs_of_month = 1 + CASE WHEN usage.day >= date_trunc('month', excluded.day)
                           THEN usage.runs_of_month ELSE 0 END,
  day = GREATEST(usage.day, excluded.day)
RETURNING user_id, day, runs_of_day, runs_of_month, stored_bytes
"""
OWN = f'"{OwnQuota._meta.db_table}"'
# What `Standing.counted` reads, of `COUNT` as `used` and a row of OWN, or none, as `own`.
COLUMNS = (
    "used.day, used.runs_of_day, used.runs_of_month, used.stored_bytes, "
    "own.runs_per_day, own.runs_per_month, own.storage_mb"
)


class RunQuotaUsedUp(TrellisError):
    """You have started as many runs as you may. Try again when the next day or month begins."""

    code = "run_quota_used_up"
    status = 429


@dataclass(frozen=True)
class Runs(Quota):
    """The runs that somebody started in a period, and may start."""

    period: Period
    resets_at: datetime


@dataclass(frozen=True)
class Standing:
    """How much somebody has used of each quota."""

    runs: Sequence[Runs]
    storage: Storage

    @classmethod
    def counted(cls, row: Sequence[Any]) -> "Standing":
        """Return what `COLUMNS` say; a run that was counted with them is among the used."""
        day, runs_of_day, runs_of_month, stored, per_day, per_month, storage_mb = row
        everybody = settings.QUOTAS
        return cls(
            [
                _runs(Period.DAY, day, runs_of_day, per_day, everybody["runs_per_day"]),
                _runs(Period.MONTH, day, runs_of_month, per_month, everybody["runs_per_month"]),
            ],
            Storage(stored, limit_in_bytes(storage_mb)),
        )

    def refuse_if_over(self, size: int) -> None:
        """Raise RunQuotaUsedUp or StorageFull where the run that was counted is one too many.

        ``size``: the bytes that it begins with.
        """
        for one in reversed(self.runs):  # who is over both waits for the month
            if not one.has_room_for(0):
                raise _used_up(one)
        self.storage.refuse_unless_room_for(size)


def standing_of(user: Any) -> Standing:
    """Return how much a user has used by now."""
    usage = Usage.objects.filter(pk=user.pk).first()
    own = OwnQuota.objects.filter(pk=user.pk).first() or OwnQuota()
    today = now().astimezone(UTC).date()
    day, of_day, of_month, stored = today, 0, 0, 0
    if usage is not None:
        stored = usage.stored_bytes
        of_day = usage.runs_of_day if usage.day >= today else 0
        of_month = usage.runs_of_month if usage.day >= today.replace(day=1) else 0
    return Standing.counted(
        [day, of_day, of_month, stored, own.runs_per_day, own.runs_per_month, own.storage_mb]
    )


def _runs(period: Period, day: date, used: int, own: int | None, everybody: int) -> Runs:
    return Runs(used, limit_of(own, everybody), period, resets_at(period, day))


def _used_up(runs: Runs) -> RunQuotaUsedUp:
    moment = runs.resets_at
    return RunQuotaUsedUp(
        f"You have started {runs.limit:,} runs this {runs.period}, which is all that you may. The next "
        f"{runs.period} begins at {moment:%Y-%m-%d %H:%M} UTC. "
        "An administrator of this instance can raise your limit.",
        members={
            "quota": {
                "kind": f"runs_per_{runs.period}",
                "limit": runs.limit,
                "used": runs.limit,
                "resets_at": moment.isoformat().replace("+00:00", "Z"),
            }
        },
        headers={"Retry-After": str(max(1, math.ceil((moment - now()).total_seconds())))},
    )
