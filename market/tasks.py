"""Celery entry points. None carries anything: what is due is in Redis and in the database."""

from celery import shared_task
from django.utils.timezone import now

from market import counting, indexing, tidying


@shared_task(name="market.roll_up")
def roll_up() -> None:
    """Write down what was counted, and find what nobody told of."""
    counting.roll_up()
    if left := indexing.missing():
        indexing.refresh(left)


@shared_task(name="market.tidy")
def tidy() -> None:
    """Forget what was searched for long ago."""
    tidying.forget_old_searches(now())
