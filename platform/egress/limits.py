"""How much time and how many bytes a request may take, and how much is left of them."""

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from egress.errors import AnswerTooLarge, RequestStopped, RequestTimedOut

Stop = Callable[[], bool]
MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one request may take, from its first hop to the last byte of its answer."""

    connect_seconds: float = 10
    read_seconds: float = 30
    """For the silence between two pieces of an answer."""
    total_seconds: float | None = 120
    max_bytes: int = 20 * MIB
    """Of the answer's body, unpacked."""
    max_redirects: int = 10


def never() -> bool:
    """Return that nobody stops the request."""
    return False


@dataclass
class Budget:
    """What is left for one request, over all of its hops."""

    limits: Limits
    stop: Stop = never
    began: float = field(default_factory=time.monotonic)

    def seconds(self, most: float | None) -> float | None:
        """Return for how long one step may take. Raises when nothing is left, or it is stopped."""
        if self.stop():
            raise RequestStopped
        total = self.limits.total_seconds
        if total is None:
            return most
        left = self.began + total - time.monotonic()
        if left <= 0:
            raise self.too_late()
        return left if most is None else min(most, left)

    def too_late(self) -> RequestTimedOut:
        """Return what to raise when all of the time is used."""
        return RequestTimedOut(
            f"The request was not done in {self.limits.total_seconds:g} seconds,"
            " the most that it may take."
        )

    def check_size(self, received: int) -> None:
        """Raise AnswerTooLarge once more bytes came than may."""
        if received > self.limits.max_bytes:
            raise AnswerTooLarge(
                f"The answer is larger than {self.limits.max_bytes:,} bytes,"
                " the most that is taken."
            )


CURRENT: ContextVar[Budget | None] = ContextVar("egress_budget", default=None)
"""The budget of the request that goes out just now: connections are made for many requests."""


def current() -> Budget:
    """Return the budget of the request that goes out just now."""
    return CURRENT.get() or Budget(Limits())
