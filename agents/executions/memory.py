"""How much memory a process may hold, and whether the kernel ended one that held too much."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MIB = 1024 * 1024
CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")
KERNEL_EVENTS = Path("/proc/vmstat")


def limit(megabytes: int) -> None:
    """Let this process hold so many MiB of data at the most: what asks for more is refused.

    Python then raises MemoryError. The limit is a soft one, which `lifted` can take away.
    """
    if megabytes:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = megabytes * MIB
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextmanager
def lifted() -> Iterator[None]:
    """Take the limit away for as long as it takes to write down that it was reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def kills() -> int | None:
    """Return how many processes the kernel has ended for lack of memory; None if it does not say.

    Our own control group's count where there is one, else the whole machine's.
    """
    for path in (*_cgroup_files(), KERNEL_EVENTS):
        with suppress(OSError):
            for line in path.read_text().splitlines():
                name, _, value = line.partition(" ")
                if name == "oom_kill" and value.isdigit():
                    return int(value)
    return None


def _cgroup_files() -> list[Path]:
    """Return where our control group counts: of version 2, then of version 1."""
    found: list[Path] = []
    with suppress(OSError):
        for line in OWN_CGROUP.read_text().splitlines():
            number, controllers, path = line.split(":", 2)
            if number == "0":
                found.insert(0, CGROUPS / path.lstrip("/") / "memory.events")
            elif "memory" in controllers.split(","):
                found.append(CGROUPS / "memory" / path.lstrip("/") / "memory.oom_control")
    return found
