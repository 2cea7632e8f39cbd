"""An instance of Trellis to measure: servers and processes of its own, in a directory that goes away.

The processes are those of ``trellis up``, with its commands and its settings; only the Celery
application is the benchmarks' (``benchmarks.workers``), because of their blocks.
"""

import contextlib
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.errors import BenchmarkFailed
from launcher import children, embedded, instance, processes
from launcher.paths import InstancePaths
from launcher.processes import Program

PATIENCE = 120.0  # seconds for a process to be ready
READY = " ready."  # what a Celery worker logs, and our own helpers


@dataclass(frozen=True)
class Start:
    """A program to start, and the variables that it gets."""

    program: Program
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lab:
    """Where the instance is, and the way to run its processes."""

    paths: InstancePaths
    port: int

    @property
    def url(self) -> str:
        return instance.url_of(processes.DEFAULT_HOST, self.port)

    def trellis(self, *names: str, **environment: str) -> list[Start]:
        """Return the named programs of ``trellis up``, with these variables set."""
        every = processes.programs(
            processes.DEFAULT_HOST, str(self.port), {**os.environ, **environment}
        )
        return [
            Start(_with_application(program, "benchmarks.workers"), environment)
            for program in every
            if program.name in names
        ]

    def plain(self, queue: str, pool: str, slots: str) -> Start:
        """Return a worker for plain Celery tasks."""
        program = processes.worker(queue, pool, slots, processes.LOG_LEVEL)
        program = replace(program, name=f"plain-{queue}")
        # Without Django, which Celery would otherwise find by this variable.
        environment = {"DJANGO_SETTINGS_MODULE": "", "BENCHMARK_SLOTS": slots}
        return Start(_with_application(program, "benchmarks.plain"), environment)

    @contextlib.contextmanager
    def running(self, *starts: Start) -> Iterator[None]:
        """Run the programs, all ready, as long as the context lasts."""
        with contextlib.ExitStack() as stack:
            started = [(one.program, stack.enter_context(self._process(one))) for one in starts]
            for program, process in started:
                self._wait(program, process)
            yield

    @contextlib.contextmanager
    def _process(self, start: Start) -> Iterator[subprocess.Popen[bytes]]:
        """Run one program; it may not be ready yet."""
        with self._log(start.program).open("wb") as output:
            process = children.spawn(
                start.program.argv(), environment=start.environment, output=output
            )
        try:
            yield process
        finally:
            process.terminate()
            embedded.stop(process)

    def _wait(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready(program):
            if process.poll() is not None or time.monotonic() > deadline:
                words = self._log(program).read_text(errors="replace")[-3000:]
                raise BenchmarkFailed(f"{program.name} was not ready. It said:\n{words}")
            time.sleep(0.05)

    def _is_ready(self, program: Program) -> bool:
        if program.name == "web":
            return instance.get(self.url, "/healthz")[0] == 200
        # Beat does not say it, and nothing that is measured waits for it.
        return program.name == "beat" or READY in self._log(program).read_text(errors="replace")

    def _log(self, program: Program) -> Path:
        return self.paths.logs / f"{program.name}.log"


@contextlib.contextmanager
def laboratory() -> Iterator[Lab]:
    """Run PostgreSQL and Redis as ``trellis up`` does, with a database that is up to date."""
    with tempfile.TemporaryDirectory(prefix="trellis-bench-") as folder:
        paths = InstancePaths(Path(folder))
        for variable in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(variable, None)
            os.environ.pop(f"{variable}_FILE", None)
        os.environ |= {
            "TRELLIS_DATA_DIR": folder,
            "BENCHMARK_REDIS_SOCKET": str(paths.sockets / "redis.sock"),
        }
        with embedded.running(embedded.needed_servers(paths), paths.logs):
            bootstrap = subprocess.run(
                processes.MIGRATE.argv(), check=False, capture_output=True, text=True
            )
            if bootstrap.returncode:
                raise BenchmarkFailed(f"The database could not be made:\n{bootstrap.stderr}")
            yield Lab(paths, free_port())


def _with_application(program: Program, name: str) -> Program:
    """Return the program with another Celery application, where it has one."""
    command = list(program.command)
    if "-A" in command:
        command[command.index("-A") + 1] = name
    return replace(program, command=tuple(command))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((processes.DEFAULT_HOST, 0))
        return int(probe.getsockname()[1])
