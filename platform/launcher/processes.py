"""The processes that Trellis is made of, and their commands.

The only place where they are written down: ``trellis up`` runs these, and a test holds
``docker-compose.yml`` to the same words.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = "8000"
IO_SLOTS = "64"  # blocks that wait: threads are enough, so there may be many
CPU_SLOTS = "2"  # blocks that compute: processes
TICK_SLOTS = "32"  # more than there are kinds of ticks: long ones keep nobody from waking
LOG_LEVEL = "INFO"
GRACE = 3  # seconds that open requests and streams get when the web process is asked to end


@dataclass(frozen=True)
class Program:
    """One process: its name in logs, and its command as a module and arguments."""

    name: str
    command: tuple[str, ...]

    def argv(self) -> list[str]:
        """Return the command for this interpreter; ``-P`` keeps the current directory out."""
        return [sys.executable, "-P", "-m", *self.command]


def web(host: str, port: str, trusted_proxies: str = "") -> Program:
    """Return the web process. It logs no requests: their addresses may hold tokens."""
    return Program(
        "web",
        (
            *("uvicorn", "config.asgi:application", "--host", host, "--port", port),
            *("--forwarded-allow-ips", trusted_proxies, "--lifespan", "on"),
            *("--no-access-log", "--log-level", "warning", "--no-server-header"),
            *("--timeout-graceful-shutdown", str(GRACE)),
            # Compressed for each socket anew, an event's way to its watchers took half as long again.
            *("--ws-per-message-deflate", "false"),
        ),
    )


def worker(queue: str, pool: str, slots: str, level: str) -> Program:
    """Return a worker for one queue. Gossip and mingle only cost time on start and on the wire."""
    return Program(
        f"worker-{queue}",
        (
            *("celery", "--quiet", "-A", "config"),  # no banner among the lines of the log
            *("worker", "-Q", queue, "--pool", pool, "-c", slots),
            *("-n", f"{queue}@%h", "--without-gossip", "--without-mingle", "-l", level),
        ),
    )


def beat(level: str) -> Program:
    return Program("beat", ("celery", "--quiet", "-A", "config", "beat", "-l", level))


MIGRATE = Program("migrate", ("launcher.bootstrap",))  # runs once, before the others


def programs(host: str, port: str, environment: Mapping[str, str] = os.environ) -> list[Program]:
    """Return all processes of an instance, in the order in which they start."""
    level = environment.get("LOG_LEVEL") or LOG_LEVEL
    return [
        web(host, port, environment.get("TRUSTED_PROXIES", "")),
        worker("io", "threads", environment.get("WORKER_IO_SLOTS") or IO_SLOTS, level),
        worker("cpu", "prefork", environment.get("WORKER_CPU_SLOTS") or CPU_SLOTS, level),
        worker("ticks", "threads", TICK_SLOTS, level),
        beat(level),
    ]
