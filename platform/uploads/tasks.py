"""Celery entry points."""

from celery import shared_task

from uploads import services


@shared_task(name="uploads.tidy")
def tidy() -> None:
    """Remove what nobody needs any more."""
    services.tidy()
