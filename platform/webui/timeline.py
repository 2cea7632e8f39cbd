"""When each node execution of a run was queued, ran and slept, as bars beside each other."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.timezone import now

from agents.engine.states import NodeStatus
from agents.executions.models import Event, Execution, NodeExecution
from kernel.jsontypes import dumps

WIDTH = 1000  # units from the run's beginning to its end
SHORTEST_SLEEP = timedelta(milliseconds=50)  # what ended sooner is not looked up
NARROWEST = 4  # units; what took no time at all must be seen, too


@dataclass(frozen=True)
class Bar:
    """A part of a node execution's line: what it did, and where that lies."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Spans:
    """The moments of a node execution in milliseconds since its run began; None: not yet."""

    queued: int | None = None
    started: int | None = None
    ended: int | None = None
    slept: tuple[tuple[int, int | None], ...] = ()

    @property
    def as_json(self) -> str:
        """Return the moments as the page's script reads them."""
        return dumps(asdict(self))

    def bars(self, length: int) -> Iterator[Bar]:
        """Yield what is drawn of a run that took so many milliseconds, or takes so far."""
        if self.queued is not None:
            end = self.started if self.started is not None else self.ended
            yield _bar("queued", self.queued, end, length)
        if self.started is not None:
            yield _bar("ran", self.started, self.ended, length)
        for start, end in self.slept:
            yield _bar("slept", start, end, length)


def beginning(execution: Execution) -> datetime:
    """Return the moment at the left end: when the run got its place."""
    return execution.admitted_at or execution.created


def length_of(execution: Execution) -> int:
    """Return how many milliseconds the whole line stands for."""
    length = (execution.ended_at or now()) - beginning(execution)
    return max(_milliseconds(length), 1)


def spans_of(execution: Execution, rows: Sequence[NodeExecution]) -> dict[UUID, Spans]:
    """Return the moments of these node executions of the run."""
    zero = beginning(execution)
    sleeps = _sleeps(execution, [row.pk for row in rows if _may_have_slept(row)])
    return {
        row.pk: Spans(
            queued=_since(zero, _queued(row)),
            started=_since(zero, row.started_at),
            ended=_since(zero, row.ended_at),
            slept=tuple(
                (_milliseconds(start - zero), _since(zero, end or row.ended_at))
                for start, end in sleeps.get(row.pk, ())
            ),
        )
        for row in rows
        if row.reused_from is None
    }


def _may_have_slept(row: NodeExecution) -> bool:
    if row.started_at is None:
        return False
    # One that has not ended may have begun to wait just now, and is not told so again.
    return row.ended_at is None or row.ended_at - row.started_at > SHORTEST_SLEEP


def _queued(row: NodeExecution) -> datetime | None:
    """Return since when it could have run; a row that slept was queued again later."""
    if row.queued_at and row.started_at:
        return min(row.queued_at, row.started_at)
    return row.queued_at


def _sleeps(
    execution: Execution, rows: list[UUID]
) -> dict[UUID, list[tuple[datetime, datetime | None]]]:
    if not rows:
        return {}
    events = Event.objects.filter(
        execution=execution,
        node_execution__in=rows,
        status__in=[NodeStatus.WAITING, NodeStatus.QUEUED],
    )
    found: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    told = events.order_by("seq").values_list("node_execution", "status", "created")
    for pk, status, moment in told:
        slept = found.setdefault(pk, [])
        if status == NodeStatus.WAITING:
            slept.append((moment, None))
        elif slept and slept[-1][1] is None:
            slept[-1] = (slept[-1][0], moment)
    return found


def _bar(kind: str, start: int, end: int | None, length: int) -> Bar:
    x = min(max(start, 0) / length, 1) * WIDTH
    width = (min((end if end is not None else length) / length, 1)) * WIDTH - x
    width = max(width, 0 if kind == "queued" else NARROWEST)
    return Bar(kind, round(min(x, WIDTH - width), 1), round(width, 1))


def _since(zero: datetime, moment: datetime | None) -> int | None:
    return None if moment is None else _milliseconds(moment - zero)


def _milliseconds(length: timedelta) -> int:
    return round(length / timedelta(milliseconds=1))
