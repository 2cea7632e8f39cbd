"""Celery entry points. None carries anything: what is due is in the database."""

from celery import current_app, shared_task
from django.conf import settings
from django.utils.timezone import now

from agents.schedules import firing, taking, tidying, waiting

START = "schedules.start"
ALONE = 20  # starts that a tick makes without help
EACH = 60  # starts for each helper
MOST_HELPERS = 6
STALE = 5  # seconds after which a call for help is worth nothing


@shared_task(name="schedules.tick")
def tick() -> None:
    """Note what comes next, and start what is due."""
    waiting.go_on()
    taking.take_due()
    call_for_help(firing.count_due())
    firing.start_due()


@shared_task(name=START)
def start() -> None:
    """Help to start what is due."""
    firing.start_due()


@shared_task(name="schedules.tidy")
def tidy() -> None:
    """Forget what became of times long ago."""
    tidying.forget_old_times(now())


def call_for_help(due: int) -> None:
    """Let other threads and processes help where many starts are due at once."""
    if due <= ALONE:
        return
    queues = ("io", settings.TICKS)
    for number in range(min(due // EACH + 1, MOST_HELPERS)):
        current_app.send_task(START, queue=queues[number % len(queues)], expires=STALE)
