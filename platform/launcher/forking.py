"""Programs forked from a process that has imported everything once.

Each of our programs needs the same modules, and importing them is most of its start: seconds on a
small machine. So the supervisor imports them once, before it has threads or connections, and each
program begins as its copy. It then runs as ``python -m`` would run it.
"""

import gc
import os
import runpy
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn

from launcher.children import MARK
from launcher.shim import die_with_parent, name_process

# What the programs import anyway, by name: this package knows nothing of what is above it.
MODULES = ("config.asgi", "config.urls", "uvicorn.main", "celery.bin.celery", "celery.apps.worker")


class Forked:
    """A forked process, with as much of ``Popen`` as a supervisor uses."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._wait(os.WNOHANG)

    def wait(self) -> int | None:
        return self._wait(0)

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:  # else the number may be another's by now
            os.kill(self.pid, signum)

    def _wait(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def preload() -> None:
    """Import what the programs need, and set it up as far as it is the same for all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    for name in MODULES:
        import_module(name)
    gc.freeze()  # a collection in a child then leaves the shared pages alone


def fork(name: str, command: Sequence[str], *, output: int, errors: int, mark: str) -> Forked:
    """Return a started process that runs a module with arguments, and dies with this one."""
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _leave(lambda: _run(name, command, parent=parent, streams=(output, errors), mark=mark))
    return Forked(pid)


def _run(
    name: str, command: Sequence[str], *, parent: int, streams: tuple[int, int], mark: str
) -> None:
    os.setsid()
    die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked to be told
        return
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _redirect(*streams)
    os.environ[MARK] = mark
    name_process(name)
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


def _redirect(output: int, errors: int) -> None:
    """Read nothing, write to the files given, and close all else: the lock's file among it."""
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _leave(action: Callable[[], None]) -> NoReturn:
    """Run the action and end the process, whatever happens: our caller's stack is not ours."""
    status = 1
    try:
        action()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:
        traceback.print_exc()
    finally:
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
