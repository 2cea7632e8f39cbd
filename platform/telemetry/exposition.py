"""The page that Prometheus reads, for the whole instance, whichever web process answers."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
import redis
from django.conf import settings
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from kernel import messages
from telemetry import reporting
from telemetry.health import connect
from telemetry.metrics import LOOKS, REGISTRY
from telemetry.reporting import SUMS, Sample, sample_of, states_of

LONGEST = "2s"  # that a question to the database may take

logger = logging.getLogger(__name__)


def page(accept: str) -> tuple[bytes, str]:
    """Return the figures as text, in the best format that is accepted, and its media type.

    What cannot be found out is left out: `trellis_scrape_problems` says of how many sources.
    """
    reporting.report()
    registry = CollectorRegistry()
    registry.register(Instance())
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


class Instance(Collector):
    """All figures of the instance."""

    def collect(self) -> Iterator[Metric]:
        """Yield what the processes counted, then what the servers know."""
        problems = 0
        try:
            yield from _families(_samples())
        except redis.RedisError as error:
            problems += 1
            logger.warning("Metrics cannot be read from Redis: %s", error)
        for look in LOOKS:
            try:
                with connect() as database:
                    database.execute(f"SET statement_timeout TO '{LONGEST}'")
                    yield from list(look(database))
            except (psycopg.Error, redis.RedisError) as error:
                problems += 1
                logger.warning("Metrics cannot be found out: %s", error)
        found = Metric("trellis_scrape_problems", "Sources of this page that failed.", "gauge")
        found.add_sample("trellis_scrape_problems", {}, problems)
        yield found


def _samples() -> dict[Sample, float]:
    """Return the sums, and the states of all processes that live: equal ones are added."""
    client: Any = messages.client(settings.REDIS_URL)
    found: dict[Sample, float] = defaultdict(float)
    for key, value in client.hgetall(SUMS).items():
        found[sample_of(key.decode())] = float(value)
    processes = sorted(one.decode() for one in client.smembers(reporting.STATES))
    texts = client.mget([states_of(one) for one in processes]) if processes else []
    for process, text in zip(processes, texts, strict=True):
        if text is None:
            client.srem(reporting.STATES, process)
            continue
        for key, value in json.loads(text):
            found[sample_of(key)] += value
    return found


def _families(samples: dict[Sample, float]) -> Iterator[Metric]:
    """Yield the metrics that this release knows, each with its samples in order."""
    by_name: dict[str, list[tuple[Sample, float]]] = defaultdict(list)
    for sample, value in samples.items():
        by_name[sample[0]].append((sample, value))
    for known in REGISTRY.collect():
        metric = Metric(known.name, known.documentation, known.type)
        for name in _names_of(known):
            for (_, labels), value in sorted(by_name[name], key=lambda one: _order(one[0])):
                metric.add_sample(name, dict(labels), value)
        yield metric


def _names_of(metric: Metric) -> Iterable[str]:
    if metric.type == "counter":
        return [f"{metric.name}_total"]
    if metric.type == "histogram":
        return [f"{metric.name}_{part}" for part in ("bucket", "count", "sum")]
    return [metric.name]


def _order(sample: Sample) -> tuple[tuple[tuple[str, str], ...], float]:
    """Return what sorts samples: by labels, and buckets by their bounds."""
    labels = dict(sample[1])
    bound = float(labels.pop("le", "0"))
    return tuple(sorted(labels.items())), bound
