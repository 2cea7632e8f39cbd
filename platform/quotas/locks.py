"""Locks that several processes share, on redis-py's own ``Lock``.

Nothing in Trellis is right only because of such a lock: it can run out while its holder is paused, and
Redis may forget it. What must not happen twice is kept apart by PostgreSQL: row locks, unique
constraints, fencing tokens. A lock saves work: one process fetches, builds or calls what all of them would.

    with held("catalogue of models", seconds=30) as lock:
        for page in pages:
            fetch(page)
            lock.extend(30, replace_ttl=True)
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from redis.exceptions import LockNotOwnedError
from redis.lock import Lock

from kernel.errors import Conflict
from kernel.messages import client

PREFIX = "lock:"


class LockTaken(Conflict):
    """Somebody else is doing this just now."""

    code = "lock_taken"


@contextmanager
def held(name: str, *, seconds: float, wait: float = 0) -> Iterator[Lock]:
    """Hold the lock of that name for the length of a ``with`` block, for so many seconds at most.

    ``wait``: for how long to wait for whoever holds it. Raises LockTaken, and
    ``redis.RedisError`` where Redis is away. The lock's token is a new one each time, so nobody
    lets go of a lock that ran out and is another's by now; ``extend`` raises LockNotOwnedError
    then. Use it in the thread that took it.
    """
    lock = Lock(
        client(settings.REDIS_URL),
        f"{PREFIX}{name}",
        timeout=seconds,
        blocking=wait > 0,
        blocking_timeout=wait or None,
    )
    if not lock.acquire():
        raise LockTaken(f"Somebody else holds the lock {name!r}. Try again in a moment.")
    try:
        yield lock
    finally:
        with suppress(LockNotOwnedError):  # it ran out
            lock.release()
