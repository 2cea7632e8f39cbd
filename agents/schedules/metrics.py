"""What starts by the clock are counted by, in memory: see ``telemetry.metrics``."""

from prometheus_client import Counter, Histogram

from telemetry.metrics import REGISTRY

LATENESS = Histogram(
    "trellis_schedule_start_lateness_seconds",
    "Seconds from the time of a schedule, with its jitter, to the start of its run.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300),
    registry=REGISTRY,
)
TIMES = Counter(
    "trellis_schedule_times_total",
    "Times of schedules that have come, by what became of them.",
    ["status"],
    registry=REGISTRY,
)
