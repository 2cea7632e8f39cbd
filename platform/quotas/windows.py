"""Sliding windows in Redis, exact over any number of web processes.

The layout is that of ``limits``' moving window: a list for each window with the moment of every
request that it let through, the newest first. ``limits`` asks for one window at a time, and in a second
round trip for how full it is; here one script does both for all windows of a request, so a request that
one window refuses takes no place in another. It reads the clock of Redis, so the clocks of web
servers need not agree. docs/decisions/0019-rates-by-moving-windows.md compares the strategies.

Where Redis is away nobody is refused. Limits protect against too much; an instance that answers no one
because it cannot count would be the greater harm, and PostgreSQL still keeps quotas and locks.
"""

import logging
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

import redis
from limits.storage import RedisStorage
from redis.backoff import NoBackoff
from redis.retry import Retry

from quotas.policy import Level, Verdict, Window

logger = logging.getLogger(__name__)

PATIENCE = 2.0  # seconds for Redis: a request waits for this before it does anything
PAUSE = 5.0  # seconds in which Redis is not asked after it did not answer
CONNECTIONS = 32  # at most, for each process
TURN = 10.0  # seconds for one of these to be free: that many others ask is no illness of Redis

SCRIPT = b"""
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local open = tonumber(ARGV[2 * #KEYS + 1])
for i, key in ipairs(KEYS) do
  local amount, seconds = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local oldest = redis.call('LINDEX', key, -1)
  while oldest and tonumber(oldest) < now - seconds do
    redis.call('RPOP', key)
    oldest = redis.call('LINDEX', key, -1)
  end
  if redis.call('LLEN', key) >= amount then open = 0 end
end
local levels = {open}
for i, key in ipairs(KEYS) do
  local amount, seconds = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  if open == 1 then
    redis.call('LPUSH', key, string.format('%.6f', now))
    redis.call('EXPIRE', key, seconds)
  end
  local counted = redis.call('LLEN', key)
  local leaves = redis.call('LINDEX', key, math.min(counted, amount) - 1)
  table.insert(levels, counted)
  table.insert(levels, math.ceil((tonumber(leaves or now) + seconds - now) * 1000))
end
return levels
"""


class Windows(RedisStorage):
    """``limits``' storage, with a script for several windows at once."""

    STORAGE_SCHEME = ["trellis+redis"]

    def __init__(self, url: str) -> None:
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=TURN,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            # Once more where a connection has died since it was last used.
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        )
        super().__init__("redis://", connection_pool=pool, key_prefix="rates")
        self._script: Any = self.get_connection().register_script(SCRIPT)
        self._away_until = 0.0

    def hit(self, windows: Sequence[Window]) -> Verdict | None:
        """Count a request in all windows, or in none where one is full. None: Redis is away."""
        return self._ask(windows, counts=True)

    def look(self, windows: Sequence[Window]) -> Verdict | None:
        """Return how full the windows are, and count nothing. None: Redis is away."""
        return self._ask(windows, counts=False)

    def _ask(self, windows: Sequence[Window], *, counts: bool) -> Verdict | None:
        if time.monotonic() < self._away_until:
            return None
        keys = [self.prefixed_key(":".join(one.key)) for one in windows]
        numbers = [number for one in windows for number in (one.rate.amount, one.rate.seconds)]
        try:
            answer = self._script(keys=keys, args=[*numbers, int(counts)])
        except redis.RedisError as error:
            self._away_until = time.monotonic() + PAUSE
            logger.warning(
                "Rates are not limited for %g s: Redis does not count. %s",
                PAUSE,
                error,
                extra={"action": "rates_unlimited"},
            )
            return None
        allowed, *rest = answer
        levels = [
            Level(window, counted, milliseconds / 1000)
            for window, counted, milliseconds in zip(windows, rest[::2], rest[1::2], strict=True)
        ]
        return Verdict(bool(allowed), levels)


@cache
def windows_at(url: str) -> Windows:
    """Return this process's windows in that Redis. They are safe in threads and after a fork."""
    return Windows(url)
