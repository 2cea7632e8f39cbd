"""Celery entry points."""

from celery import shared_task

from audit import purging

SECONDS = 20.0  # what is left then is the next tick's


@shared_task(name="audit.purge")
def purge() -> None:
    """Remove lines that are too old, for a while."""
    purging.purge(seconds=SECONDS)
