"""What webhooks tell of: names are for ever, ``docs/webhooks.md`` has a section for each."""

from enum import StrEnum

from agents.engine.states import ExecutionStatus


class EventType(StrEnum):
    """Something that happened, as `type` says it."""

    COMPLETED = "execution.completed"
    FAILED = "execution.failed"
    STOPPED = "execution.stopped"
    REVIEW_REQUESTED = "review.requested"
    TEST = "test"
    """Sent by hand, to see whether it arrives; nobody subscribes to it."""


SUBSCRIBABLE = tuple(one for one in EventType if one is not EventType.TEST)
OF_STATUS = {
    ExecutionStatus.COMPLETED: EventType.COMPLETED,
    ExecutionStatus.FAILED: EventType.FAILED,
    ExecutionStatus.TERMINATED: EventType.STOPPED,
}
