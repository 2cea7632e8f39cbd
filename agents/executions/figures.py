"""What operators want to know and only the servers know, found out when somebody asks."""

from collections.abc import Iterator

import psycopg
from celery import current_app
from django.conf import settings
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from agents.engine.states import NodeStatus
from agents.executions import liveness
from agents.executions.models import Execution, NodeExecution, WorkerLife
from kernel import messages

QUEUES = f"""
SELECT queue, count(*), extract(epoch FROM now() - min(queued_at))
FROM "{NodeExecution._meta.db_table}" WHERE status = '{NodeStatus.QUEUED}' GROUP BY queue
"""
OPEN_RUNS = f"""
SELECT CASE WHEN admitted_at IS NULL THEN 'waiting' WHEN idle THEN 'idle' ELSE 'working' END, count(*)
FROM "{Execution._meta.db_table}" WHERE ended_at IS NULL GROUP BY 1
"""


def look(database: psycopg.Connection) -> Iterator[Metric]:
    """Yield what the database knows at this moment."""
    yield from _queues(database)
    yield _open_runs(database)
    yield _workers(database)


def look_at_broker(_: psycopg.Connection) -> Iterator[Metric]:
    """Yield what waits in Redis. Raises ``redis.RedisError``."""
    family = GaugeMetricFamily(
        "trellis_queue_messages", "Messages in Redis that nobody took yet.", labels=["queue"]
    )
    found = messages.waiting(current_app, settings.REDIS_URL, liveness.QUEUES)
    for queue, waiting in found.items():
        family.add_metric([queue], waiting)
    yield family


def _queues(database: psycopg.Connection) -> Iterator[Metric]:
    depth = GaugeMetricFamily(
        "trellis_queue_depth", "Node executions that wait for a worker.", labels=["queue"]
    )
    oldest = GaugeMetricFamily(
        "trellis_queue_oldest_seconds",
        "Seconds since the oldest of them was queued.",
        labels=["queue"],
    )
    found = {queue: (0, 0.0) for queue in liveness.QUEUES if queue != settings.TICKS}
    found |= {queue: (count, age) for queue, count, age in database.execute(QUEUES)}
    for queue, (count, age) in found.items():
        depth.add_metric([queue], count)
        oldest.add_metric([queue], max(0.0, float(age or 0)))
    yield from (depth, oldest)


def _open_runs(database: psycopg.Connection) -> Metric:
    family = GaugeMetricFamily(
        "trellis_runs_open",
        "Runs that have not ended: at work, idle (all waits for something), waiting for a place.",
        labels=["state"],
    )
    found = {"working": 0, "idle": 0, "waiting": 0}
    found |= dict(database.execute(OPEN_RUNS).fetchall())
    for state, count in found.items():
        family.add_metric([state], count)
    return family


def _workers(database: psycopg.Connection) -> Metric:
    family = GaugeMetricFamily(
        "trellis_workers",
        "Workers that take tasks, or are busy, by the queue that they serve.",
        labels=["queue"],
    )
    rows = WorkerLife.objects.present().values_list("queues")
    sql, params = rows.query.sql_with_params()
    counts = dict.fromkeys(liveness.QUEUES, 0)
    for [queues] in database.execute(sql.encode(), params):
        for queue in queues:
            counts[queue] = counts.get(queue, 0) + 1
    for queue, count in counts.items():
        family.add_metric([queue], count)
    return family
