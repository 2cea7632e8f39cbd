"""Keeps the processes of one instance running, and ends them all.

One thread, one loop: look at each child, start again what died, show what they log. Children die
with this process even when it is killed (``launcher.children``), and what slips through is found
by its mark at the next start.
"""

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol

from launcher import children, embedded, forking
from launcher.console import Console
from launcher.errors import StartFailed
from launcher.logs import PrintedMail, ProcessLog
from launcher.processes import Program

TICK = 0.05  # seconds between two looks at the children
PATIENCE = 6.0  # seconds that processes get to end by themselves, then as long for servers
LONGEST_PAUSE = 30.0  # seconds before a process that keeps dying is started again
STEADY = 60.0  # seconds after which a process counts as started well
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Process(Protocol):
    """What the supervisor needs of a child process, forked or not."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def poll(self) -> int | None: ...

    def wait(self) -> int | None: ...

    def send_signal(self, sig: int, /) -> None: ...


class Stopped(BaseException):
    """Someone asked for the end, by a signal."""


@dataclass
class Child:
    """A process that shall run, and its present incarnation."""

    name: str
    start: Callable[[ProcessLog], Process]
    log: ProcessLog
    stop_signal: signal.Signals = signal.SIGTERM
    process: Process | None = None
    since: float = 0.0
    deaths: int = 0
    due: float = 0.0

    def run(self) -> None:
        self.log.skip()
        self.process = self.start(self.log)
        self.since = time.monotonic()

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def pause(self) -> float:
        """Return how long to wait before the next start: 1 s, doubled with each early death."""
        if time.monotonic() - self.since > STEADY:
            self.deaths = 0
        self.deaths += 1
        return min(2.0 ** (self.deaths - 1), LONGEST_PAUSE)


@dataclass
class Supervisor:
    """The processes of one instance. Use it as a context: leaving it ends every process."""

    data: Path
    logs: Path
    console: Console
    verbose: bool = False
    servers: list[Child] = field(default_factory=list)
    programs: list[Child] = field(default_factory=list)
    signals: int = 0
    interruptible: bool = False

    @contextlib.contextmanager
    def supervising(self) -> Iterator["Supervisor"]:
        previous = {number: signal.signal(number, self._on_signal) for number in ENDING}
        try:
            children.end(children.marked(self.data), signum=signal.SIGKILL, patience=PATIENCE)
            yield self
        finally:
            self._end_all()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1
        if self.interruptible:
            raise Stopped

    def preload(self) -> None:
        """Import what programs are forked with. It takes seconds, and a signal cuts it short."""
        if sys.platform == "linux":
            with self.work():
                forking.preload()

    @contextlib.contextmanager
    def work(self) -> Iterator[None]:
        """Let a signal end what is done inside at once, with Stopped."""
        self.interruptible = True
        try:
            if self.signals:
                raise Stopped
            yield
        finally:
            self.interruptible = False

    def serve(self, server: embedded.Server) -> None:
        """Start an embedded server, after ending what is left of an earlier one."""
        log = ProcessLog(self.logs / f"{server.name.lower()}.log")

        def start(log: ProcessLog) -> Process:
            server.prepare()
            with log.open() as output:
                return embedded.start(server, output.fileno())

        self._add(self.servers, Child(server.name, start, log, server.stop_signal))

    def run(self, program: Program) -> Child:
        """Start a program and keep it running."""
        log = ProcessLog(self.logs / f"{program.name}.log")

        def start(log: ProcessLog) -> Process:
            with log.open() as output:
                return self.start(program, output.fileno(), output.fileno())

        return self._add(self.programs, Child(program.name, start, log))

    def start(self, program: Program, output: int, errors: int) -> Process:
        """Return the program's process: forked where that is safe, else started anew."""
        mark = str(self.data)
        if sys.platform == "linux":
            return forking.fork(
                program.name, program.command, output=output, errors=errors, mark=mark
            )
        return children.spawn(
            program.argv(), environment={children.MARK: mark}, output=output, errors=errors
        )

    def _add(self, family: list[Child], child: Child) -> Child:
        family.append(child)
        child.run()
        return child

    def wait_until(self, condition: Callable[[], bool], what: str, timeout: float) -> None:
        """Return once the condition holds; meanwhile a child that dies ends the start."""
        deadline = time.monotonic() + timeout
        while not condition():
            for child in self._everyone():
                if not child.alive():
                    raise self._failed(child)
            if time.monotonic() > deadline:
                raise StartFailed(f"{what} within {timeout:.0f} s. The logs are in {self.logs}.")
            self.tick()

    def _failed(self, child: Child) -> StartFailed:
        self.console.quote(child.name, child.log.new_lines()[-15:])
        status = child.process.returncode if child.process else None
        return StartFailed(f"{child.name} {ending(status)}. Its log is {child.log.path}.")

    def tick(self) -> None:
        """Let a moment pass; raise Stopped when a signal asked for the end."""
        time.sleep(TICK)
        if self.verbose:
            for child in self._everyone():
                self.console.quote(child.name, child.log.new_lines())
        if self.signals:
            raise Stopped

    def watch(self) -> None:
        """Keep everything running until a signal asks for the end."""
        mails = (
            {} if self.verbose else {one.name: PrintedMail(one.log.path) for one in self.programs}
        )
        while True:
            self.tick()
            for name, mail in mails.items():
                self.console.quote(name, mail.new_lines())
            for child in self._everyone():
                child.log.rotate()
                if not child.alive():
                    self._revive(child)

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            status, child.process = child.process.returncode, None
            pause = child.pause()
            child.due = now + pause
            self.console.warn(child.name, f"{ending(status)}; starting it again in {pause:.0f} s")
            self.console.quote(child.name, child.log.new_lines()[-3:])
        elif now >= child.due:
            child.run()

    def _everyone(self) -> list[Child]:
        return [*self.servers, *self.programs]

    def _end_all(self) -> None:
        """End programs before the servers they use. A second signal ends patience."""
        patient = self.signals
        for family in (self.programs, self.servers):
            for child in family:
                if child.process and child.alive():
                    child.process.send_signal(child.stop_signal)
            deadline = time.monotonic() + PATIENCE
            while any(child.alive() for child in family):
                if time.monotonic() > deadline or self.signals > max(patient, 1):
                    break
                time.sleep(TICK)
            for child in family:
                if child.process:
                    children.signal_group(child.process.pid, signal.SIGKILL)
                    child.process.wait()
        children.end(children.marked(self.data), signum=signal.SIGKILL, patience=PATIENCE)


def ending(status: int | None) -> str:
    """Return how a process ended, in words."""
    if status is not None and status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"
