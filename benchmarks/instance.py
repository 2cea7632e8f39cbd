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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.errors import BenchmarkFailed
from launcher import children, embedded, instance, processes
from launcher.paths import InstancePaths
from launcher.processes import Program

PATIENCE = 60.0  # seconds for a process to be ready
READY = " ready."  # what a Celery worker logs


@dataclass(frozen=True)
class Lab:
    """Where the instance is, and the way to run its processes."""

    paths: InstancePaths
    port: int

    @property
    def url(self) -> str:
        return instance.url_of(processes.DEFAULT_HOST, self.port)

    @contextlib.contextmanager
    def running(self, *names: str, **environment: str) -> Iterator[None]:
        """Run the named programs of ``trellis up``, ready, as long as the context lasts."""
        every = processes.programs(
            processes.DEFAULT_HOST, str(self.port), {**os.environ, **environment}
        )
        with contextlib.ExitStack() as stack:
            waits = [
                stack.enter_context(self._process(_with_our_blocks(program), environment))
                for program in every
                if program.name in names
            ]
            for ready in waits:
                ready()
            yield

    @contextlib.contextmanager
    def plain_worker(self, queue: str, pool: str, slots: str) -> Iterator[None]:
        """Run a worker for plain Celery tasks as long as the context lasts."""
        program = processes.worker(queue, pool, slots, processes.LOG_LEVEL)
        command = _replaced(program.command, "config", "benchmarks.plain")
        # Without Django, which Celery would otherwise find by this variable.
        environment = {"DJANGO_SETTINGS_MODULE": "", "BENCHMARK_SLOTS": slots}
        with self._process(Program(f"plain-{queue}", command), environment, marker=READY) as ready:
            ready()
            yield

    @contextlib.contextmanager
    def _process(
        self, program: Program, environment: Mapping[str, str], marker: str = READY
    ) -> Iterator[Callable[[], None]]:
        """Run one program. Yields a function that returns once it is ready."""
        log = self.paths.logs / f"{program.name}.log"
        log.unlink(missing_ok=True)
        with log.open("wb") as output:
            process = children.spawn(program.argv(), environment=environment, output=output)
        try:
            yield lambda: self._wait(program, process, log, marker)
        finally:
            process.terminate()
            embedded.stop(process)

    def _wait(
        self, program: Program, process: subprocess.Popen[bytes], log: Path, marker: str
    ) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready(program, log, marker):
            if process.poll() is not None or time.monotonic() > deadline:
                words = log.read_text(errors="replace")[-3000:]
                raise BenchmarkFailed(f"{program.name} was not ready. It said:\n{words}")
            time.sleep(0.05)

    def _is_ready(self, program: Program, log: Path, marker: str) -> bool:
        if program.name == "web":
            return instance.get(self.url, "/healthz")[0] == 200
        return program.name == "beat" or marker in log.read_text(errors="replace")


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
            yield Lab(paths, _free_port())


def _with_our_blocks(program: Program) -> Program:
    return replace(program, command=_replaced(program.command, "config", "benchmarks.workers"))


def _replaced(command: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    """Return the command with another Celery application."""
    where = command.index("-A") + 1 if "-A" in command else -1
    return tuple(new if at == where else part for at, part in enumerate(command))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((processes.DEFAULT_HOST, 0))
        return int(probe.getsockname()[1])
