"""One supervisor per data directory. The kernel frees the lock however its holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.errors import InstanceRunning


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file as long as the context lasts; refuse at once when another holds it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise InstanceRunning(
                f"Trellis already runs on {path.parent} (process {holder}). Stop it first, or "
                "give this one its own TRELLIS_DATA_DIR and --port."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)
