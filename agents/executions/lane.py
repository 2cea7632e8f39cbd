"""The local lane: a worker goes on with what its node execution made ready, without the broker.

A trip through Redis costs more than most blocks. So where the successors of a node execution are
light (`costs`: pure, no context, quick so far) and on this worker's queue, the worker that ended
their predecessor runs them itself, one after another, while it holds the run's lock, and journals
the stretch in one transaction. Each is still a Celery task of its own, called in place, with its
own row and events. If the worker dies, nothing of the stretch was written: it runs again.

Stretches are short, so that others get the lock, watchers the events and a stop its way; between
them the lane keeps what it expects to do in the next one, unsent. What is heavy, what is too much
and what has lost a worker before goes through the broker. ``TRELLIS_LOCAL_LANE=off`` sends all.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from time import monotonic, perf_counter
from typing import Any
from uuid import UUID, uuid4

from celery import current_app
from celery.app.trace import build_tracer
from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from agents.engine import credentials
from agents.engine.graph import Node
from agents.engine.ids import NodeId, PinName
from agents.engine.states import NodeStatus
from agents.executions import (
    blockcall,
    claims,
    costs,
    dispatch,
    journal,
    opening,
    settlement,
    slate,
)
from agents.executions.claims import Claim, Take
from agents.executions.dispatch import Wanted
from agents.executions.ledger import DatabaseLedger
from agents.executions.models import NodeExecution
from agents.executions.observation import observed

MOST_IN_STRETCH = 200  # node executions
LANE = 30.0  # seconds after which everything is sent
SHARE = 0.001  # seconds that one node execution may take in the lane, all in all
HANGS = 10.0  # seconds after which a block hangs: the database hangs up too (`opening`)
MOST_VALUES = 500  # of one node execution; more are recorded bit by bit, by a claim


@dataclass
class Lane:
    """What one worker thread does after it took a node execution."""

    worker: str
    queue: str = ""
    until: float | None = None
    ready: deque[NodeExecution] = field(default_factory=deque)
    """What this worker will run itself. It is queued, and not sent."""
    ledger: DatabaseLedger | None = None
    _heavy: set[UUID] = field(default_factory=set)

    def begin(self, pk: UUID, run: UUID | None = None) -> Claim | None:
        """Take a queued node execution. A light one is run here, and what follows from it.

        Returns the claim of a heavy one. None: there is nothing to do (any more).
        """
        step = Begin(pk, run, self.worker, lane=self)
        claims.submit(step)
        if step.claim is None:
            self.go_on()
        return step.claim

    def commit(self, ledger: DatabaseLedger) -> None:
        """End the transaction; keep what this worker will run next, and send the rest."""
        self.choose(ledger)
        if ledger.execution.is_cancelled:
            self.ready.clear()  # nothing is queued any more
        elif self.until is not None and perf_counter() > self.until:
            ledger.queued.extend(self.ready)
            self.ready.clear()
        ledger.in_lane = bool(self.ready)
        self.ledger = ledger if ledger.in_lane else None
        try:
            journal.commit(ledger)
        except BaseException:
            self.ready.clear()  # nothing of it was written
            raise

    def go_on(self) -> None:
        """Run what was kept, stretch by stretch, until nothing is left or others should help."""
        while self.ready and self.ledger is not None:
            kept = list(self.ready)
            try:
                with transaction.atomic():
                    ledger = opening.reopen(self.ledger)
                    if ledger is None:
                        break
                    if ledger is not self.ledger:
                        self._find_again(ledger)
                    self.stretch(ledger)
                    self.commit(ledger)
            except BaseException:
                self._send(kept)
                raise
        self._send(self.ready)

    def _find_again(self, ledger: DatabaseLedger) -> None:
        """Take what was kept from a ledger that was read anew; others may have taken some."""
        found = [ledger.known(row.pk) for row in self.ready]
        ledger.queued.extend(row for row in found if row and row.status == NodeStatus.QUEUED)
        self.ready.clear()
        self.choose(ledger)

    def _send(self, rows: Iterable[NodeExecution]) -> None:
        dispatch.send([Wanted.of(row) for row in rows])

    def stretch(self, ledger: DatabaseLedger) -> None:
        """Run what is ready, for as long as a transaction should last."""
        until, left = perf_counter() + claims.STRETCH, MOST_IN_STRETCH
        while self.ready and left and perf_counter() < until:
            row = self.ready.popleft()
            if not self._call(ledger, row):
                self._heavy.add(row.pk)
                ledger.queued.append(row)
            if ledger.execution.is_cancelled:
                return  # the run was aborted
            self.choose(ledger)
            left -= 1

    def choose(self, ledger: DatabaseLedger) -> None:
        """Keep those of the newly queued node executions that may run here.

        There may be thousands. No other process would be quicker: the work on a light node is
        mostly what is done under its run's lock. Each counts as sent when its turn should come,
        so that the sweep leaves it alone until then.
        """
        if not (settings.EXECUTIONS["local_lane"] and ledger.knows_all and ledger.queued):
            return
        self.until = self.until or perf_counter() + LANE
        others = []
        for row in ledger.queued:
            if self.may_run_here(ledger, row):
                if row.sent_at is not None:
                    row.sent_at += timedelta(seconds=len(self.ready) * SHARE)
                self.ready.append(row)
            else:
                others.append(row)
        ledger.queued[:] = others

    def may_run_here(self, ledger: DatabaseLedger, row: NodeExecution) -> bool:
        """Return whether the node execution is light and nothing went wrong with it before.

        One that names a credential may have to wait for a place at it, and is not.
        """
        untroubled = not (row.attempt or row.losses or row.sends or row.pk in self._heavy)
        light = untroubled and row.queue == self.queue and costs.is_light(_node(ledger, row))
        return light and not credentials.may_be_named(row.input_data)

    def _call(self, ledger: DatabaseLedger, row: NodeExecution) -> bool:
        """Run a light node execution as a Celery task of its own, in place. False: too heavy."""
        call = Call(self, ledger, row)
        _here.call = call
        try:
            _call_task(str(row.pk))
        finally:
            _here.call = None
        return call.done

    def run(self, ledger: DatabaseLedger, row: NodeExecution) -> bool:
        """Run a light node execution and settle it. False: it is too heavy, nothing happened."""
        with observed(ledger.execution, row):
            return self._run(ledger, row)

    def _run(self, ledger: DatabaseLedger, row: NodeExecution) -> bool:
        moment = now()
        values: list[tuple[PinName, Any]] = []
        failure: Exception | None = None
        slate.write(
            execution=ledger.execution.pk,
            node_execution=row.pk,
            attempt=slate.IN_PLACE,
            seconds=HANGS,
            since=monotonic(),
        )
        try:
            for emission in blockcall.emissions(_node(ledger, row), row.input_data, None):
                values.append(emission)
                if len(values) > MOST_VALUES:
                    return False
        except Exception as error:
            failure = error
        finally:
            slate.wipe()
        lease_until = moment + settings.EXECUTIONS["lease"]
        ledger.look_ahead([(row, Counter(pin for pin, _ in values))])
        ledger.take(row, worker=self.worker, lease_until=lease_until, moment=moment)
        ledger.emit(row, values)
        if failure is None:
            settlement.end(ledger, row, NodeStatus.COMPLETED, first=0)
        else:
            fault = blockcall.failure_of(failure, ledger.execution, row)
            settlement.fail(ledger, row, fault, first=0)
        return True


@dataclass(eq=False)
class Begin(Take):
    """Run a light node execution under the lock, or claim a heavy one."""

    lane: Lane = field(kw_only=True)

    def forget(self) -> None:
        super().forget()
        self.lane.ready.clear()

    def make(self, ledger: DatabaseLedger, row: NodeExecution, *, until: float) -> None:
        self.durable = True
        self.lane.queue = row.queue
        may_run = perf_counter() < until and self.lane.may_run_here(ledger, row)
        if not may_run or not self.lane.run(ledger, row):
            super().make(ledger, row, until=until)
            assert self.claim is not None
            self.claim = replace(self.claim, commit=self.lane.commit)

    def finish(self, ledger: DatabaseLedger, *, durable: bool) -> None:
        if self.claim is None:
            self.lane.choose(ledger)
            self.lane.stretch(ledger)
            self.lane.commit(ledger)
        else:  # what became ready beside it cannot wait for it
            super().finish(ledger, durable=durable)


@dataclass
class Call:
    """A task that is called in place, and whether it did its work."""

    lane: Lane
    ledger: DatabaseLedger
    row: NodeExecution
    done: bool = False

    def run(self) -> None:
        self.done = self.lane.run(self.ledger, self.row)


class _Here(threading.local):
    call: Call | None = None


_here = _Here()


def called_in_place(pk: UUID) -> bool:
    """Do the work of a task that this thread's lane called. False: the task came by itself."""
    call = _here.call
    if call is None or call.row.pk != pk:
        return False
    call.run()
    return True


def _call_task(pk: str) -> None:
    """Call the task as a worker would, with an id, a request and signals of its own."""
    task_id = str(uuid4())
    request = {
        "id": task_id,
        "task": dispatch.RUN_NODE,
        "is_eager": True,
        "retries": 0,
        "headers": {},  # else Celery looks for some, under sixty names
    }
    _tracer()(task_id, (pk,), {}, request)


@cache
def _tracer() -> Callable[..., Any]:
    current_app.loader.import_default_modules()  # where nobody asked for a task by name before
    task = current_app.tasks[dispatch.RUN_NODE]
    # Eager: there is no message to acknowledge, and our transaction is not to be closed.
    trace: Callable[..., Any] = build_tracer(
        task.name, task, app=current_app, eager=True, propagate=True
    )
    return trace


def _node(ledger: DatabaseLedger, row: NodeExecution) -> Node:
    return ledger.graph.nodes[NodeId(row.node_id)]
