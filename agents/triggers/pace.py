"""So many in so many seconds, counted in this process: for what is too frequent to ask Redis."""

from typing import Any

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter


class Pace:
    """Counts by key, in windows of fixed length."""

    def __init__(self, amount: int, seconds: int) -> None:
        self._item = RateLimitItemPerSecond(amount, seconds)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def allows(self, key: Any) -> bool:
        """Count one more, and return whether it is not too many."""
        return self._limiter.hit(self._item, str(key))
