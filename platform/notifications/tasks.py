"""Celery entry points."""

from celery import shared_task

from notifications import mailing, tidying


@shared_task(name="notifications.mail")
def mail() -> None:
    """Send the mails that are due."""
    mailing.send_due()


@shared_task(name="notifications.tidy")
def tidy() -> None:
    """Remove what nobody will read any more."""
    tidying.tidy()
