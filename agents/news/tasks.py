"""Celery entry points."""

from celery import shared_task

from agents.news import delivering, summaries, tidying


@shared_task(name="news.deliver")
def deliver() -> None:
    """Send what is due."""
    delivering.send_due()


@shared_task(name="news.summarise")
def summarise() -> None:
    """Tell what happened, to whom it is morning."""
    summaries.summarise()


@shared_task(name="news.tidy")
def tidy() -> None:
    """Remove old deliveries."""
    tidying.tidy()
