"""A whole instance whose every process can be killed: servers, workers, two beats."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from launcher import children, embedded
from launcher.paths import InstancePaths

ROOT = Path(__file__).resolve().parents[2]
THREADS = "6"
WORKER = ("celery", "-A", "tests.support.worker_app", "worker", "--without-gossip")
QUIET = ("--without-mingle", "-l", "INFO")
PROGRAMS: Mapping[str, tuple[str, ...]] = {
    **{
        f"io{number}": (*WORKER, "-Q", "io", "--pool", "threads", "-c", THREADS, *QUIET)
        for number in (1, 2, 3)
    },
    "cpu": (*WORKER, "-Q", "cpu", "--pool", "prefork", "-c", "2", *QUIET),
    **{
        f"ticks{number}": (*WORKER, "-Q", "ticks", "--pool", "threads", "-c", "4", *QUIET)
        for number in (1, 2)
    },
    "beat1": ("celery", "-A", "tests.support.worker_app", "beat", "-l", "INFO"),
    "beat2": ("celery", "-A", "tests.support.worker_app", "beat", "-l", "INFO"),
}


@dataclass
class Instance:
    """The processes of one data directory. `tend` starts again what died, as a supervisor would."""

    paths: InstancePaths
    environment: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    """Servers that are meant to be away for a moment."""

    def __post_init__(self) -> None:
        self.paths.logs.mkdir(parents=True, exist_ok=True)
        self.servers: dict[str, embedded.Server] = {
            "postgres": embedded.Postgres(self.paths),
            "redis": embedded.Redis(self.paths),
        }

    def start_servers(self) -> None:
        for name in self.servers:
            self.start_server(name)

    def start_server(self, name: str) -> None:
        """Start a server, after ending what is left of it, and wait until it answers."""
        server = self.servers[name]
        server.prepare()
        with self.log(name).open("ab") as output:
            self.running[name] = embedded.start(server, output.fileno())
        embedded.wait_until_ready(server, self.running[name])
        self.down.discard(name)

    def tend(self) -> list[str]:
        """Start every program that does not run; return their names."""
        started = [name for name in PROGRAMS if not self.alive(name)]
        for name in started:
            self.running[name] = self._start(name)
        return started

    def alive(self, name: str) -> bool:
        return name in self.running and self.running[name].poll() is None

    def kill(self, name: str, signum: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a program or server, and wait for its end if that is one."""
        process = self.running[name]
        process.send_signal(signum)
        if signum in (signal.SIGKILL, signal.SIGQUIT):
            process.wait()

    def pool_children(self) -> list[psutil.Process]:
        """Return the processes in which the prefork worker runs blocks."""
        if not self.alive("cpu"):
            return []
        return psutil.Process(self.running["cpu"].pid).children()

    def ready(self) -> bool:
        """Return whether all workers take tasks."""
        return all(
            " ready." in self.log(name).read_text(errors="replace")
            for name in PROGRAMS
            if not name.startswith("beat")
        )

    def end(self) -> None:
        """End everything, orphans too."""
        for name in PROGRAMS:
            if self.alive(name):
                self.kill(name)
        children.end(children.marked(self.paths.data), signum=signal.SIGKILL, patience=10)
        for name, server in self.servers.items():
            if name in self.running:
                self.running[name].send_signal(server.stop_signal)
                embedded.stop(self.running[name])

    def log(self, name: str) -> Path:
        return self.paths.logs / f"{name}.log"

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", *PROGRAMS[name]]
        if not name.startswith("beat"):
            command += ["-n", f"{name}@%h"]
        ours = {
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
            children.MARK: str(self.paths.data),
        }
        with self.log(name).open("ab") as output:
            return children.spawn(command, environment={**ours, **self.environment}, output=output)


def wait_for(question: object, patience: float) -> bool:
    """Return whether the callable came to be true in time."""
    deadline = time.monotonic() + patience
    while not question():  # type: ignore[operator]
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
