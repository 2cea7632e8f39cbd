"""Celery entry points of accounts. Each carries an id, or nothing."""

from uuid import UUID

from celery import shared_task

from accounts import erasure, exports, tidying


@shared_task(name=exports.TASK)
def export(pk: str) -> None:
    """Write the file of an export."""
    exports.make(UUID(pk))


@shared_task(name=erasure.TASK)
def erase(person: int) -> None:
    """Remove what is left of a person, for a while. What is left then is the next message's."""
    erasure.go_on(person)


@shared_task(name="accounts.erase_on")
def erase_on() -> None:
    """Have those erased further of whom something is left."""
    erasure.send_again()


@shared_task(name="accounts.tidy")
def tidy() -> None:
    """Remove what is over: tokens, sessions, files of exports, sign-ups that nobody verified."""
    tidying.tidy()
