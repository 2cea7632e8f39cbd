"""Celery entry points of accounts. Each carries an id, or nothing."""

from uuid import UUID

from celery import shared_task

from accounts import erasure, exports, tidying

LOOK_AFTER = 5  # seconds, while something has to end first
LOOKS = 60


@shared_task(name=exports.TASK)
def export(pk: str) -> None:
    """Write the file of an export."""
    exports.make(UUID(pk))


@shared_task(name=erasure.TASK)
def erase(person: int, again: int = 0) -> None:
    """Remove what is left of a person, for a while, and look again soon; later, the tidying does."""
    if not erasure.go_on(person) and again < LOOKS:
        erasure.send(person, after=LOOK_AFTER, again=again + 1)


@shared_task(name="accounts.tidy")
def tidy() -> None:
    """Remove what is over: tokens, sessions, files of exports, sign-ups that nobody verified."""
    tidying.tidy()
