"""Counts on their way: each is one step in Redis, and a tick carries them to the database.

A page waits for one short round trip, and for none where Redis is away: then nothing is counted.
What is counted lies in a hash, `pending`. A tick renames it to `batch`, gives it an id, and hands it
to `market.counting`, which writes the counts and the id in one transaction. Whatever breaks off in
between, the same batch comes again under the same id, and is known.
"""

import logging
import secrets
import time
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds for Redis: a page waits no longer for being counted
PAUSE = 10.0  # seconds in which Redis is not asked after it did not answer
CONNECTIONS = 16
A_DAY = 86_400
MOST_TERMS = 10_000  # different searches that are remembered between two ticks
PREFIX = "market"
ID = "id"  # of a batch

# Count a visitor's visit unless it was counted on that day.
VISIT = """
if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then return 0 end
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
return redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
"""
# Note a search, unless very many different ones wait already.
SEARCH = """
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[3]) and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
return redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
"""
# Take what waits as the batch, unless one was taken and not finished.
TAKE = """
if redis.call('EXISTS', KEYS[2]) == 0 then
  if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
  redis.call('RENAME', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[2], 'id', ARGV[1])
end
return redis.call('HGETALL', KEYS[2])
"""
# Drop the batch, if it is still the one that was written down.
DROP = """
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Buffer:
    """What was counted and is not written down yet."""

    def __init__(self, url: str) -> None:
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=PATIENCE,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        )
        self.client: Any = redis.Redis(connection_pool=pool)
        self._visit = self.client.register_script(VISIT)
        self._search = self.client.register_script(SEARCH)
        self._take = self.client.register_script(TAKE)
        self._drop = self.client.register_script(DROP)
        self._key: tuple[date, bytes] | None = None
        self._away_until = 0.0

    def visit(self, field: str, visitor: Any, day: date) -> None:
        """Count the field once for the visitor on the day. ``visitor`` makes its digest of a key."""

        def send() -> None:
            who = visitor(self._key_of(day))
            keys = [f"{PREFIX}:seen:{day}:{field}", f"{PREFIX}:pending"]
            self._visit(keys=keys, args=[who, field, 2 * A_DAY])

        self._try(send)

    def search(self, day: date, term: str, *, found: bool) -> None:
        """Note that something was searched for, and whether it was found."""
        keys = [f"{PREFIX}:pending"]
        args: list[str | int] = [
            f"term:{day}:{term}",
            f"found:{day}:{term}",
            MOST_TERMS,
            int(found),
        ]
        self._try(lambda: self._search(keys=keys, args=args))

    def take(self) -> tuple[UUID, Mapping[str, str]] | None:
        """Return the batch to be written, and its id; None where nothing waits. Raises RedisError."""
        keys = [f"{PREFIX}:pending", f"{PREFIX}:batch"]
        found = self._take(keys=keys, args=[str(uuid4())])
        texts = [one.decode("utf-8", "replace") for one in found]
        batch = dict(zip(texts[::2], texts[1::2], strict=True))
        return (UUID(batch.pop(ID)), batch) if batch else None

    def drop(self, batch: UUID) -> None:
        """Forget a batch that was written. Raises RedisError."""
        self._drop(keys=[f"{PREFIX}:batch"], args=[str(batch)])

    def _key_of(self, day: date) -> bytes:
        """Return the day's key; whoever asks first draws it for all processes."""
        if self._key is None or self._key[0] != day:
            name, drawn = f"{PREFIX}:key:{day}", secrets.token_bytes(32)
            self.client.set(name, drawn, nx=True, ex=2 * A_DAY)
            self._key = day, self.client.get(name) or drawn
        return self._key[1]

    def _try(self, send: Any) -> None:
        """Send; where Redis is away, a count is lost and nothing else."""
        if time.monotonic() < self._away_until:
            return
        try:
            send()
        except redis.RedisError as error:
            self._away_until = time.monotonic() + PAUSE
            logger.warning(
                "Visits are not counted for %g s: Redis does not answer. %s",
                PAUSE,
                error,
                extra={"action": "visits_uncounted"},
            )


@cache
def buffer_at(url: str) -> Buffer:
    """Return this process's buffer in that Redis. It is safe in threads and after a fork."""
    return Buffer(url)
