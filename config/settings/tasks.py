"""Celery, the doorbell; and the ticks that beat asks for."""

from datetime import timedelta
from typing import Any

from config import env
from config.settings.servers import REDIS_URL
from kernel.redis import celery_broker_url

WORKER_IO_SLOTS = env.integer("WORKER_IO_SLOTS", 64, least=1)
WORKER_CPU_SLOTS = env.integer("WORKER_CPU_SLOTS", 2, least=1)

CELERY_BROKER_URL = celery_broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for Redis for as long as it takes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_keepalive": True,
    "socket_connect_timeout": 5,
    "socket_timeout": 15,
    "health_check_interval": 30,
    # Slots may hand back messages all at once, and each takes a connection for that.
    "max_connections": max(WORKER_IO_SLOTS, WORKER_CPU_SLOTS) + 8,
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "io"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SYNC_EVERY = 30  # ticks until beat notes when it ran last; `trellis doctor` reads it
# Ticks have a queue and a worker of their own: timers, recovery and admission wait for no block.
TICKS = "ticks"


def tick(task: str, every: timedelta, *, expires: int) -> dict[str, Any]:
    """Return a task that beat asks for. One that nobody took in time is worth nothing."""
    # Named as the scheduler wants it, which drops what it does not know.
    options = {"queue": TICKS, "expire_seconds": expires}
    return {"task": task, "schedule": every, "options": options}


CELERY_BEAT_SCHEDULE = {
    "sweep-executions": tick("executions.sweep", timedelta(seconds=5), expires=10),
    "audit-executions": tick("executions.audit", timedelta(seconds=30), expires=30),
    "wake-executions": tick("executions.wake", timedelta(seconds=1), expires=5),
    "announce-executions": tick("executions.announce", timedelta(seconds=1), expires=5),
    "measure-executions": tick("executions.measure", timedelta(seconds=15), expires=15),
    "recount-storage": tick("executions.recount", timedelta(days=1), expires=3600),
    "tidy-accounts": tick("accounts.tidy", timedelta(minutes=10), expires=60),
    "erase-accounts": tick("accounts.erase_on", timedelta(seconds=10), expires=10),
    "deliver-news": tick("news.deliver", timedelta(seconds=2), expires=5),
    "summarise-news": tick("news.summarise", timedelta(minutes=10), expires=300),
    "tidy-news": tick("news.tidy", timedelta(hours=1), expires=600),
    "mail-notifications": tick("notifications.mail", timedelta(seconds=30), expires=30),
    "tidy-notifications": tick("notifications.tidy", timedelta(hours=1), expires=600),
    "purge-executions": tick("executions.purge", timedelta(minutes=10), expires=60),
    "fire-schedules": tick("schedules.tick", timedelta(seconds=1), expires=5),
    "tidy-schedules": tick("schedules.tidy", timedelta(minutes=10), expires=60),
    "purge-audit": tick("audit.purge", timedelta(minutes=10), expires=60),
    "tick-triggers": tick("triggers.tick", timedelta(seconds=1), expires=5),
    "follow-triggers": tick("triggers.follow", timedelta(seconds=15), expires=15),
    "purge-triggers": tick("triggers.purge", timedelta(minutes=10), expires=60),
    "roll-up-market": tick("market.roll_up", timedelta(seconds=5), expires=10),
    "tidy-market": tick("market.tidy", timedelta(hours=1), expires=600),
    "screen-store": tick("store.tick", timedelta(seconds=15), expires=15),
    "tidy-store": tick("store.tidy", timedelta(minutes=10), expires=60),
    "tidy-uploads": tick("uploads.tidy", timedelta(minutes=10), expires=60),
}
