"""How a block stops in the middle: what it waits for, and the way out of its code."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.executions.models import NodeExecution


@dataclass(frozen=True)
class Suspension:
    """What a suspended block waits for, and when to wake it at the latest.

    ``record`` writes down what others need to end the wait. It is called in the transaction that
    suspends the block, under the run's lock, unless the run is being stopped. ``sleeps`` None
    leaves the sleeps that are recorded as they are.
    """

    waits_for: Mapping[str, Any]
    wake_at: datetime | None = None
    sleeps: Sequence[str] | None = None
    record: Callable[[NodeExecution], None] | None = None


class Suspended(BaseException):
    """The block waits; not an Exception, so that no block takes it for its own failure."""

    def __init__(self, suspension: Suspension) -> None:
        self.suspension = suspension
