"""Instances as people run them: the command `trellis`, in processes of its own."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from launcher import children, instance
from launcher.paths import InstancePaths
from tests.support import mcp_program
from tests.support.servers import environment_without_servers

SAMPLES = Path(__file__).parents[2] / "agents" / "graphs" / "samples"
PATIENCE = 180.0  # seconds; the machine may be busy with other tests
TRELLIS = [sys.executable, "-P", "-m", "launcher"]


def until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Return once the condition holds; fail with ``what`` otherwise."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"not within {patience:g} s: {what}"
        time.sleep(0.05)


@dataclass
class Trellis:
    """The instance of one data directory, running or not."""

    data: Path
    process: subprocess.Popen[str] | None = None
    known: set[psutil.Process] = field(default_factory=set)

    @property
    def paths(self) -> InstancePaths:
        return InstancePaths(self.data)

    def environment(self) -> dict[str, str]:
        program = [sys.executable, mcp_program.__file__, "serve", str(self.data / "program.pids")]
        return environment_without_servers() | {
            "TRELLIS_DATA_DIR": str(self.data),
            "TRELLIS_MCP_COMMANDS": json.dumps({"local": program}),
        }

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Return a finished ``trellis`` command."""
        return subprocess.run(
            [*TRELLIS, *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def begin(self, *arguments: str) -> None:
        """Start ``trellis up`` on a free port without waiting."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [*TRELLIS, "up", "--port", "0", *arguments],
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )

    def start(self, *arguments: str) -> float:
        """Start it, wait until it says its URL, and return the seconds that took."""
        began = time.monotonic()
        self.begin(*arguments)
        until(lambda: "http://" in self.printed or self.ended, "it says its URL")
        assert not self.ended, self.printed
        return time.monotonic() - began

    @property
    def output(self) -> Path:
        return self.data.with_name(f"{self.data.name}.out")

    @property
    def printed(self) -> str:
        return self.output.read_text()

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def url(self) -> str:
        found = instance.read(self.paths.instance)
        assert found is not None
        return found.url

    def answers(self) -> bool:
        return instance.get(self.url, "/readyz")[0] == 200

    def end(self, signum: signal.Signals = signal.SIGINT) -> float:
        """Ask it to end, and return the seconds that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signum)
        assert self.process.wait(PATIENCE) == 0
        return time.monotonic() - began

    def processes(self) -> list[psutil.Process]:
        """Return everything that runs for this data directory.

        Programs are copies of the supervisor: they are known by their parent while it lives.
        """
        with contextlib.suppress(psutil.NoSuchProcess):
            if self.supervisor:
                supervisor = psutil.Process(self.supervisor)
                self.known |= {supervisor, *supervisor.children(recursive=True)}
        self.known |= set(children.marked(self.data))
        self.known |= set(children.serving("postgres", self.paths.postgres))
        self.known |= set(children.serving("redis-server", self.paths.redis))
        return list(filter(children.alive, self.known))

    @property
    def supervisor(self) -> int | None:
        """The process id of ``trellis up``, as far as it runs."""
        found = instance.read(self.paths.instance)
        if self.process is not None and not self.ended:
            return self.process.pid
        return found.pid if found else None

    def program(self, name: str) -> psutil.Process:
        """Return the process of one program: a child of the supervisor, which may have others."""
        assert self.supervisor is not None
        below = psutil.Process(self.supervisor).children()
        [found] = [one for one in below if children.is_called(one, name)]
        return found

    def findings(self, *only: str) -> dict[str, str]:
        """Return what ``trellis doctor`` says, by name."""
        options = [part for name in only for part in ("--only", name)]
        found = json.loads(self.command("doctor", "--json", *options).stdout)
        return {one["name"]: one["status"] for one in found}

    def kill_everything(self) -> None:
        """End whatever is left, whatever a test did."""
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):  # it went with another
                process.kill()
        if self.process is not None:
            self.process.wait()
        until(lambda: not self.processes(), "everything is gone")


def parent_of(trellis: Trellis) -> subprocess.Popen[bytes]:
    """Return a process that does nothing but wait for ``trellis up``, as make does."""
    code = (
        "import os, subprocess, sys\n"
        "os.environ['TRELLIS_STOP_WITH_PARENT'] = str(os.getpid())\n"
        "subprocess.run(sys.argv[1:])"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *TRELLIS, "up", "--port", "0"],
        env=trellis.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
