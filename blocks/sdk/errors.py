"""What can go wrong in a block. The class says whether trying again can help.

BlockError
├── TransientBlockError   the world was not ready: trying again can help
├── EventTimedOut         an event did not happen in time
└── InvalidPins           the inputs do not fit the pins: it cannot
"""

from collections.abc import Mapping


class BlockError(Exception):
    """The block could not do its work. The message goes out on the ``error`` pin."""

    code = "block_failed"


class TransientBlockError(BlockError):
    """The block could not do its work now, but may later.

    ``retry_after``: not before so many seconds, if the other side said so (HTTP's Retry-After).
    """

    code = "block_failed_for_now"

    def __init__(self, *args: object, retry_after: float | None = None) -> None:
        super().__init__(*args)
        self.retry_after = retry_after


class EventTimedOut(BlockError):
    """The event that the block waited for did not happen in time."""

    code = "event_timed_out"


class InvalidPins(BlockError):
    """The inputs do not fit the block's pins. ``problems`` maps each pin to its sentence."""

    code = "invalid_pins"

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"`{pin}`: {text}" for pin, text in self.problems.items()))
