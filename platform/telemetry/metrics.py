"""What is counted, for Prometheus. Each process counts by itself; `reporting` brings it together.

Labels have few values, and none names a person: methods and routes that we know, blocks that are
installed, codes that we wrote. ``docs/operations.md`` has a row for each of these (a test checks).
"""

from collections.abc import Callable, Iterable

import psycopg
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric

REGISTRY = CollectorRegistry(auto_describe=True)

REQUESTS = Counter(
    "trellis_http_requests_total",
    "Requests that were answered.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "trellis_http_request_duration_seconds",
    "Seconds from a request to the head of its response.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
SOCKETS = Gauge("trellis_ws_connections", "Open WebSockets.", registry=REGISTRY)
LATENESS = Histogram(
    "trellis_schedule_lateness_seconds",
    "Seconds from the moment at which beat asked for a task until a worker began it.",
    ["schedule"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
    registry=REGISTRY,
)
LLM_TOKENS = Counter(
    "trellis_llm_tokens_total",
    "Tokens that models read and wrote, as their providers count them.",
    ["provider", "direction"],
    registry=REGISTRY,
)
POOL = Gauge(
    "trellis_database_pool_connections",
    "Connections to PostgreSQL in the processes' pools, by state.",
    ["process", "state"],
    registry=REGISTRY,
)
POOL_WAITING = Gauge(
    "trellis_database_pool_waiting",
    "Threads that wait for a connection to PostgreSQL.",
    ["process"],
    registry=REGISTRY,
)

Look = Callable[[psycopg.Connection], Iterable[Metric]]
LOOKS: list[Look] = []
"""What apps find out from the database each time somebody asks for the figures."""
