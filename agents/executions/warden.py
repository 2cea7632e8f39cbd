"""Watch over the processes of a ``cpu`` worker from outside, where no block can hold us up.

A block may hold its interpreter: a regular expression without end, a power with a million digits.
Its process then renews no lease, hears of no stop and keeps no time. So each prefork worker has one
more process, the warden. It reads from the slate what the pool's processes run, and

* renews their leases for as long as they live;
* ends a process whose block should have ended and did not, `GRACE` seconds later: its run was
  stopped, its time is up, or its lease went to another worker;
* reports at once which process died with which node execution, and of what.

The warden is a process rather than a thread of the worker, because the worker forks: what a thread
holds at that moment (a lock, a connection) its children would inherit. It is a step of the worker
(`Step`); where pool processes are not forked, the lease alone decides.
"""

import logging
import os
import re
import select
import signal
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from billiard.context import Process
from billiard.exceptions import WorkerLostError
from billiard.process import current_process
from celery import bootsteps, platforms, signals
from celery.concurrency.prefork import TaskPool
from celery.worker.request import Request
from django.conf import settings
from django.db import Error, connection

from agents.executions import dispatch, leases, losses, memory, slate
from agents.executions.leases import GRACE, Pulse
from agents.executions.losses import Loss
from agents.executions.slate import IN_PLACE, Entry, Slate
from telemetry import reporting

NAME = "warden"  # in lists of processes
TICK = 0.5  # seconds between two looks
REVIVAL = 5.0  # seconds between two looks whether the warden itself lives
NEWS = 15.0  # seconds within which a worker notices, and tells, that a process of its pool is gone
PATIENCE = 0.2  # seconds that a process gets to halt in
GONE, DEAD, HALTED = "", "Z", {"T", "t", "Z", ""}  # states of a process
DEATH = struct.Struct(f"={slate.SIZE}si")  # what a pool process ran, and its exit code
EXIT = re.compile(r"signal (\d+)|exitcode (-?\d+)")

logger = logging.getLogger(__name__)


def loss_of(exit_code: int, *, starved: bool) -> Loss:
    """Return how a process was lost that left this exit code (a signal's is negative).

    ``starved``: the kernel ended a process for lack of memory just now.
    """
    if exit_code == -signal.SIGKILL and starved:
        return Loss(
            "out_of_memory",
            " (the kernel ended it, because memory had run out)",
            "Give the block less to do, or the worker more memory.",
        )
    if exit_code == -signal.SIGKILL:
        return Loss(
            "worker_killed",
            " (killed by signal 9; probably out of memory)",
            "Look at the machine's memory and log.",
        )
    if exit_code < 0:
        name = signal.strsignal(-exit_code) or "unknown"
        return Loss(
            "worker_killed",
            f" (killed by signal {-exit_code}: {name})",
            "A library that the block uses may be at fault.",
        )
    return Loss(
        "worker_lost", f" (its process ended with code {exit_code})", "Look at the worker's log."
    )


class Warden:
    """Looks after the processes that write on one slate."""

    def __init__(self, board: Slate) -> None:
        self.slate = board
        self.pulses: dict[Entry, Pulse] = {}
        self.due: dict[Entry, float] = {}  # since when it should have ended
        self.done: set[Entry] = set()  # dead and reported; their records may stay a while
        self.reports: list[Callable[[], object]] = []  # that the database has not taken yet
        self.kills = deque([memory.kills()], maxlen=4)

    def look(self) -> None:
        """Renew the leases, end what should have ended, report what died."""
        entries = self.slate.entries()
        self.done &= set(entries)
        for entry in entries:
            state, exit_code = _state(entry.pid)
            if state == DEAD:  # and its parent has not noticed yet
                self.died(entry, exit_code)
        old = [one for one in entries if one.age >= TICK and one not in self.done]
        self.pulses = {one: self.pulses.get(one) or _pulse(one) for one in old}
        try:
            held = {one: pulse for one, pulse in self.pulses.items() if one.attempt != IN_PLACE}
            leases.beat([pulse for one, pulse in held.items() if _lives(one.pid)])
            self._report()
        except Error as error:
            logger.warning("The database does not answer the warden: %s", error)
        finally:
            connection.close()
        self.due = {one: self.due.get(one, time.monotonic()) for one in old if self._is_over(one)}
        for entry, since in list(self.due.items()):
            if time.monotonic() - since >= (GRACE if _lives(entry.pid) else NEWS):
                self._end(entry)
        self.kills.append(memory.kills())

    def died(self, entry: Entry, exit_code: int) -> None:
        """Report a process that died with a node execution, once."""
        if entry in self.done:
            return
        self.done.add(entry)
        before, after = self.kills[0], memory.kills()
        loss = loss_of(exit_code, starved=(after or 0) > (before or 0))
        self.reports.append(lambda: _report_loss(entry, loss))

    def _is_over(self, entry: Entry) -> bool:
        if entry.attempt == IN_PLACE:
            return entry.age >= entry.seconds or not _lives(entry.pid)
        pulse = self.pulses[entry]
        ended = pulse.cancelled.is_set() or pulse.timed_out.is_set() or pulse.lost.is_set()
        return ended or not _lives(entry.pid)

    def _end(self, entry: Entry) -> None:
        """End the process if it still runs this, and write down why."""
        pulse = self.pulses[entry]
        if not _lives(entry.pid):  # gone before we looked, and the news of it was lost
            loss = Loss("worker_lost", " (its process is gone)", "Look at the worker's log.")
            self.reports.append(lambda: _report_loss(entry, loss))
            self.done.add(entry)
        elif self._kill(entry):
            logger.warning(
                "Ended the process %d, whose block did not end by itself",
                entry.pid,
                extra={"action": "block_ended", "node_exec_id": str(entry.node_execution)},
            )
            if pulse.cancelled.is_set():
                self.reports.append(lambda: _report_loss(entry, losses.LOST))
            elif pulse.timed_out.is_set():
                self.reports.append(lambda: _report_timeout(entry))
            self.done.add(entry)

    def _kill(self, entry: Entry) -> bool:
        """Kill the process in the middle of this node execution, never in that of the next one.

        It is halted first, so that it cannot go on between our look at its record and the blow.
        """
        with suppress(ProcessLookupError):
            os.kill(entry.pid, signal.SIGSTOP)
            _wait_until_halted(entry.pid)
            same = self.slate.of(entry.pid) == entry
            os.kill(entry.pid, signal.SIGKILL if same else signal.SIGCONT)
            return same
        return False

    def _report(self) -> None:
        while self.reports:
            self.reports[0]()
            del self.reports[0]
            reporting.report()  # it ends without a word


def _pulse(entry: Entry) -> Pulse:
    pulse = Pulse(entry.execution, entry.node_execution, entry.attempt, entry.seconds)
    pulse.since = entry.since
    return pulse


def _report_loss(entry: Entry, loss: Loss) -> None:
    losses.take_over(entry.node_execution, attempt=entry.attempt, loss=loss)


def _report_timeout(entry: Entry) -> None:
    losses.time_out(entry.node_execution, attempt=entry.attempt, seconds=entry.seconds)


def _lives(pid: int) -> bool:
    return _state(pid)[0] not in {GONE, DEAD}


def _state(pid: int) -> tuple[str, int]:
    """Return the letter by which the kernel calls a process's state, and its exit code.

    The code is that of a dead process whose parent has not asked for it yet.
    """
    try:
        found = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return GONE, 0
    return found[0], os.waitstatus_to_exitcode(int(found[-1])) if found[0] == DEAD else 0


def _wait_until_halted(pid: int) -> None:
    until = time.monotonic() + PATIENCE
    while _state(pid)[0] not in HALTED and time.monotonic() < until:
        time.sleep(0.001)


def watch(board: Slate, deaths: int, worker: int) -> None:
    """Be the warden of a worker for as long as it lives. ``deaths`` is a pipe that it writes to."""
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is the worker's to answer
    platforms.set_pdeathsig("SIGKILL")  # type: ignore[attr-defined]
    Path("/proc/self/comm").write_text(NAME)
    reporting.start(f"{NAME}@{socket.gethostname()}")
    warden = Warden(board)
    while os.getppid() == worker:
        try:
            if select.select([deaths], [], [], TICK)[0]:
                for record, exit_code in DEATH.iter_unpack(os.read(deaths, DEATH.size * 64)):
                    entry = Entry.unpack(record)
                    if entry:
                        warden.died(entry, exit_code)
            warden.look()
        except Exception:
            logger.exception("The warden stumbled")
            time.sleep(TICK)


class Step(bootsteps.StartStopStep):
    """The part of a worker that has a warden for its pool, if that is one of forked processes."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **options: Any) -> None:
        self.warden: Any = None
        super().__init__(worker, **options)

    def include_if(self, worker: Any) -> bool:
        return issubclass(worker.pool_cls, TaskPool) and Path("/proc/self/stat").exists()

    def create(self, worker: Any) -> Any:
        _post.open()
        worker.app.tasks[dispatch.RUN_NODE].Request = WatchedRequest
        return self

    def start(self, worker: Any) -> None:
        self._revive()
        worker.timer.call_repeatedly(REVIVAL, self._revive)

    def stop(self, worker: Any) -> None:
        if self.warden is not None:
            self.warden.terminate()
            self.warden.join(1)
            self.warden = None

    def terminate(self, worker: Any) -> None:
        self.stop(worker)

    def _revive(self) -> None:
        if self.warden is None or not self.warden.is_alive():
            self.warden = _post.new_warden()


class Post:
    """What a worker shares with its warden: the slate, and a pipe for news of deaths."""

    def __init__(self) -> None:
        self.slate: Slate | None = None
        self.read_end = self.write_end = self.worker = -1

    def open(self) -> None:
        """Make both, before anything is forked."""
        self.slate, self.worker = Slate(), os.getpid()
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.write_end, False)

    def new_warden(self) -> Any:
        """Return a started warden."""
        process = Process(
            target=watch, args=(self.slate, self.read_end, os.getpid()), name=NAME, daemon=True
        )
        process.start()
        return process

    def tell(self, pid: int, exit_code: int) -> None:
        """Send news of a process that died, with what it ran."""
        entry = self.slate.of(pid) if self.slate else None
        if entry:
            with suppress(OSError):  # a full pipe: the warden finds the dead by itself
                os.write(self.write_end, DEATH.pack(entry.pack(), exit_code))


_post = Post()


class WatchedRequest(Request):
    """A task in the hands of a pool process. Its loss is the warden's to report."""

    def on_failure(self, exc_info: Any, *args: Any, **kwargs: Any) -> Any:
        error = getattr(exc_info.exception, "exc", exc_info.exception)
        pid: Any = self.worker_pid
        if isinstance(error, WorkerLostError) and pid:
            found = EXIT.search(str(error))
            killed, ended = found.groups() if found else (None, "0")
            _post.tell(pid, -int(killed) if killed else int(ended))
        return super().on_failure(exc_info, *args, **kwargs)


@signals.worker_process_init.connect
def _begin_pool_process(**_: Any) -> None:
    """Write on the slate from now on, and hold no more memory than a block may."""
    if _post.slate is not None:
        if os.getppid() != _post.worker:  # it died before Linux was asked to end us with it
            os._exit(1)
        own: Any = current_process()  # a pool process knows its number
        slate.take(_post.slate, own.index)
        memory.limit(settings.EXECUTIONS["cpu_memory_mb"])
