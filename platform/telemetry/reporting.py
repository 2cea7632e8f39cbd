"""Brings the figures of all processes together, in Redis.

An instance is several processes on one or more machines, which come and go: pool processes are
replaced, workers are restarted. So each one adds what it counted since the last time to one hash,
every few seconds from a thread of its own, and when it ends in order. Sums go on from there whoever
comes and goes; a process that is killed takes the last seconds of its counts with it, and where Redis
loses the hash all sums begin at zero again, which Prometheus understands. What is a state rather than
a sum (open sockets) each process keeps in a key of its own that runs out soon after it ends.

Nothing is sent when something is counted: that costs a microsecond or two.
"""

import json
import logging
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress

import redis
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from kernel import messages
from telemetry.metrics import POOL, POOL_WAITING, REGISTRY

SUMS = "trellis.metrics"  # a hash: sample → sum
STATES = "trellis.metrics.states"  # a set: who has states
EVERY = 10.0  # seconds
WEB = f"web@{socket.gethostname()}"
KEPT = 35  # seconds that the states of a process are believed without news from it

Sample = tuple[str, tuple[tuple[str, str], ...]]

logger = logging.getLogger(__name__)


class Reporter:
    """Reports what this process counts."""

    def __init__(self, name: str, before: dict[str, float]) -> None:
        """``before``: what is not to be reported, because that was done."""
        self.name = name
        self.id = f"{self.name}:{os.getpid()}"
        self.sent = before
        self._lock = threading.Lock()
        self._end = threading.Event()
        threading.Thread(target=self._keep_on, name="metrics", daemon=True).start()

    def report(self) -> bool:
        """Send what was counted since the last time. False: Redis is away; it is sent later."""
        with self._lock:
            now = dict(counted())
            news = {key: more for key, n in now.items() if (more := n - self.sent.get(key, 0.0))}
            self._look_at_pool()
            try:
                self._send(news)
            except redis.RedisError as error:
                logger.debug("Metrics were not reported: %s", error)
                return False
            self.sent = now
            return True

    def end(self) -> None:
        """Report once more: this process ends."""
        self._end.set()
        self.report()
        with suppress(redis.RedisError):  # else it runs out
            messages.client(settings.REDIS_URL).delete(states_of(self.id))

    def _keep_on(self) -> None:
        while not self._end.wait(EVERY):
            self.report()

    def _send(self, news: Mapping[str, float]) -> None:
        with messages.client(settings.REDIS_URL).pipeline(transaction=True) as pipe:
            for key, more in news.items():
                pipe.hincrbyfloat(SUMS, key, more)
            pipe.sadd(STATES, self.id)
            pipe.set(states_of(self.id), json.dumps(list(states())), ex=KEPT)
            pipe.execute()

    def _look_at_pool(self) -> None:
        # Asking for the pool would make one.
        pool = DatabaseWrapper._connection_pools.get(connection.alias)  # type: ignore[attr-defined]
        if pool is None:
            return
        found = pool.get_stats()
        free = found.get("pool_available", 0)
        POOL.labels(self.name, "idle").set(free)
        POOL.labels(self.name, "used").set(found.get("pool_size", 0) - free)
        POOL_WAITING.labels(self.name).set(found.get("requests_waiting", 0))


def start(name: str) -> None:
    """Report what this process counts, from now on, under a name such as `io@host`.

    Where that is done already, nothing is.
    """
    if not (_reporters and _reporters[0][0] == os.getpid()):
        with _lock:
            if not (_reporters and _reporters[0][0] == os.getpid()):
                _reporters[:] = [(os.getpid(), Reporter(name, _reported_before()))]


def report() -> None:
    """Report now, where this process reports."""
    if found := _own():
        found.report()


def end() -> None:
    """Report for the last time, where this process reports."""
    if found := _own():
        found.end()
        _ended[:] = [(os.getpid(), found.sent)]
        _reporters.clear()


def counted() -> Iterator[tuple[str, float]]:
    """Yield each sum of this process, by its sample as a text."""
    for metric in REGISTRY.collect():
        if metric.type in {"counter", "histogram"}:
            for sample in metric.samples:
                if not sample.name.endswith("_created"):
                    yield key_of(sample.name, sample.labels), sample.value


def states() -> Iterator[tuple[str, float]]:
    """Yield each state of this process, by its sample as a text."""
    for metric in REGISTRY.collect():
        if metric.type == "gauge":
            for sample in metric.samples:
                yield key_of(sample.name, sample.labels), sample.value


def key_of(name: str, labels: Mapping[str, str]) -> str:
    """Return the sample as a text."""
    return json.dumps([name, *sorted(labels.items())], separators=(",", ":"))


def sample_of(key: str) -> Sample:
    """Return the sample that a text stands for."""
    name, *labels = json.loads(key)
    return name, tuple((label, value) for label, value in labels)


def states_of(process: str) -> str:
    """Return the key of a process's states."""
    return f"{STATES}.{process}"


def _reported_before() -> dict[str, float]:
    """Return the counts that are in this process and were reported, or are its parent's."""
    for process, sent in _ended:
        if process == os.getpid():
            return sent
    return {} if os.getpid() == _born else dict(counted())


def _own() -> Reporter | None:
    return _reporters[0][1] if _reporters and _reporters[0][0] == os.getpid() else None


_born = os.getpid()  # what a forked process counts begins with what this one had counted
_reporters: list[tuple[int, Reporter]] = []  # with the process whose it is
_ended: list[tuple[int, dict[str, float]]] = []  # likewise
_lock = threading.Lock()
