"""What operators want to know of schedules, found out when somebody asks."""

from collections.abc import Iterator

import psycopg
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

OVERDUE_SECONDS = 30

STATES = """
SELECT CASE WHEN paused_at IS NOT NULL THEN 'paused' WHEN next_time IS NULL THEN 'over' ELSE 'on' END,
       count(*)
FROM schedules_schedule GROUP BY 1
"""
OVERDUE = """
SELECT GREATEST(extract(epoch FROM now() - min(next_time)), 0) FROM schedules_schedule
WHERE next_time IS NOT NULL
"""


def look(database: psycopg.Connection) -> Iterator[Metric]:
    """Yield what the database knows at this moment."""
    family = GaugeMetricFamily(
        "trellis_schedules", "Schedules, by whether they are on, paused or over.", labels=["state"]
    )
    found = {"on": 0, "paused": 0, "over": 0} | dict(database.execute(STATES).fetchall())
    for state, count in found.items():
        family.add_metric([state], count)
    yield family
    overdue = GaugeMetricFamily(
        "trellis_schedule_overdue_seconds", "How long the oldest time of a schedule is due."
    )
    overdue.add_metric([], _overdue(database))
    yield overdue


def problem(database: psycopg.Connection) -> str | None:
    """Return what keeps schedules from starting; None where nothing does."""
    seconds = _overdue(database)
    if seconds <= OVERDUE_SECONDS:
        return None
    return (
        f"Schedules are due for {seconds:.0f} seconds. See that beat and a worker of the queue "
        "`ticks` run."
    )


def _overdue(database: psycopg.Connection) -> float:
    row = database.execute(OVERDUE).fetchone()
    return float((row and row[0]) or 0)
