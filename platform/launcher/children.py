"""Child processes that end with us, and the search for those that outlived a killed parent."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

SHIM = Path(__file__).with_name("shim.py")
# Children carry the data directory of their instance in this variable, grandchildren too.
MARK = "TRELLIS_SUPERVISED"


def spawn(
    command: Sequence[str],
    *,
    death_signal: int = signal.SIGKILL,
    unprivileged: Path | None = None,
    environment: Mapping[str, str] | None = None,
    output: int | IO[bytes] = subprocess.DEVNULL,
    errors: int | IO[bytes] = subprocess.STDOUT,
) -> subprocess.Popen[bytes]:
    """Return a started process in a session of its own, signalled when this process dies.

    A terminal's Ctrl-C therefore reaches only us, and we decide the order of the end. Call it in
    the main thread: Linux counts the end of the calling thread as the parent's death.
    """
    shim = [sys.executable, "-I", "-S", str(SHIM), "--parent", str(os.getpid())]
    shim += ["--death-signal", str(int(death_signal))]
    if unprivileged:
        shim += ["--unprivileged", str(unprivileged)]
    return subprocess.Popen(
        [*shim, "--", *command],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        start_new_session=True,
    )


def signal_group(leader: int, signum: int) -> None:
    """Send the signal to a child's process group; nothing happens when it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signum)


def find(is_ours: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    """Return the processes that the question holds for, without this one and its ancestors."""
    near = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid not in near and is_ours(process):
                found.append(process)
    return found


def serving(program: str, directory: Path) -> list[psutil.Process]:
    """Return the processes of a server that work in the directory."""
    place = str(directory)
    return find(lambda process: process.name() == program and process.cwd() == place)


def marked(data: Path) -> list[psutil.Process]:
    """Return the processes that a supervisor of this data directory started, at any depth."""
    return find(lambda process: process.environ().get(MARK) == str(data))


def end(processes: Iterable[psutil.Process], *, signum: int, patience: float) -> None:
    """End the processes: the signal to the topmost, and after ``patience`` seconds by force."""
    waiting = list(processes)
    pids = {process.pid for process in waiting}
    for process in waiting:
        with contextlib.suppress(psutil.Error):
            if process.ppid() not in pids:
                process.send_signal(signum)
    if not wait(lambda: any(map(alive, waiting)), patience):
        for process in filter(alive, waiting):
            with contextlib.suppress(psutil.Error):
                process.kill()
        wait(lambda: any(map(alive, waiting)), patience)


def alive(process: psutil.Process) -> bool:
    """Return whether the process still does something: a zombie only waits for its parent."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def is_called(process: psutil.Process, name: str) -> bool:
    """Return whether the process lives and has the name; False of one that has just gone."""
    try:
        return alive(process) and process.name() == name
    except psutil.Error:
        return False


def wait_for_the_dying(program: str, patience: float) -> None:
    """Wait for processes that were killed and have not let go of everything yet."""
    wait(
        lambda: bool(find(lambda one: is_called(one, program) and not one.cwd())),
        patience,
    )


def wait(busy: Callable[[], bool], patience: float) -> bool:
    """Return True once the question no longer holds, False after ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while busy():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
