"""What beat and calls ask for; each carries an id at the most, and may come twice."""

from uuid import UUID

from celery import shared_task

from agents.triggers import beginning, polling, purging, standing


@shared_task(name=beginning.TASK)
def begin() -> None:
    """Begin runs of what arrived."""
    beginning.begin()


@shared_task(name=polling.TASK)
def look(trigger: str) -> None:
    """Look for something new where a trigger says."""
    polling.look(UUID(trigger))


@shared_task(name="triggers.tick")
def tick() -> None:
    """Ring for what waits, and let triggers look whose turn it is."""
    beginning.ring_if_waiting()
    polling.send_looks()


@shared_task(name="triggers.follow")
def follow() -> None:
    """Let triggers follow their agents' versions."""
    standing.follow_all()


@shared_task(name="triggers.purge")
def purge() -> None:
    """Remove what arrived long ago."""
    purging.purge()
