"""Celery entry points."""

from uuid import UUID

from celery import shared_task

from store import pictures, screening


@shared_task(name=screening.TASK)
def screen(version: str) -> None:
    """Look at a version of a listing, and keep what is found."""
    screening.screen(UUID(version))


@shared_task(name="store.tick")
def tick() -> None:
    """Send again what seems lost."""
    screening.send_again()


@shared_task(name="store.tidy")
def tidy() -> None:
    """Remove pictures that nobody shows."""
    pictures.tidy()
