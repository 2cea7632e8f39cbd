"""What Trellis is compared with: Celery by itself, as its documentation shows it.

A Celery application of its own, with Celery's own Redis transport, on a database of its own of the
same Redis server; the worker has the same pool and as many slots as Trellis's. Nothing in here is
durable and nothing is kept: the tasks are empty and only count what is done.
"""

import os
from functools import cache
from typing import Any
from uuid import uuid4

import redis
from celery import Celery, chain, chord, group

from benchmarks.errors import BenchmarkFailed
from benchmarks.work import fetch, fibo

SOCKET = "BENCHMARK_REDIS_SOCKET"
SLOTS = "BENCHMARK_SLOTS"
PATIENCE = 120  # seconds
STEP, LEAF, JOIN, COMPUTE = "plain.step", "plain.leaf", "plain.join", "plain.compute"

_url = f"redis+socket://{os.environ.get(SOCKET, '')}?virtual_host="
app = Celery("plain", broker=f"{_url}1", backend=f"{_url}2", set_as_current=False)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_default_queue="plain",
    worker_prefetch_multiplier=1,
    # Fewer connections than slots makes kombu deliver messages twice.
    broker_pool_limit=int(os.environ.get(SLOTS) or 64) + 8,
    broker_connection_retry_on_startup=True,
)


@cache
def counters() -> Any:
    """Return the client of the Redis database in which the tasks count."""
    return redis.Redis.from_url(
        f"unix://{os.environ[SOCKET]}?db=3", socket_timeout=PATIENCE + 5, max_connections=2048
    )


# --- Tasks that send their successors -------------------------------------------------------------


@app.task(name=STEP)
def step(left: int, done: str) -> None:
    """An empty task that enqueues its successor; the last one says that the chain is done."""
    if left > 1:
        app.send_task(STEP, args=[left - 1, done])
    else:
        counters().rpush(done, "done")


@app.task(name="plain.source")
def source(width: int, done: str) -> None:
    """An empty task that enqueues so many others."""
    for _ in range(width):
        app.send_task(LEAF, args=[width, done])


@app.task(name=LEAF)
def leaf(width: int, done: str) -> None:
    """An empty task; the last of all enqueues the one that joins them."""
    if counters().incr(f"{done}:count") == width:
        app.send_task(JOIN, args=[done])


@app.task(name=JOIN)
def join(done: str) -> None:
    counters().rpush(done, "done")


@app.task(name=COMPUTE)
def compute(left: int, n: int, done: str) -> None:
    """Compute a Fibonacci number and enqueue the next such task."""
    fibo(n)
    if left > 1:
        app.send_task(COMPUTE, args=[left - 1, n, done])
    else:
        counters().rpush(done, "done")


@app.task(name="plain.wait")
def wait(width: int, port: int, done: str) -> None:
    """Wait for the slow server; the last of all says that they are done."""
    fetch(port)
    if counters().incr(f"{done}:count") == width:
        counters().rpush(done, "done")


# --- Celery's canvas ------------------------------------------------------------------------------


@app.task(name="plain.empty")
def empty() -> None:
    """Do nothing."""


@app.task(name="plain.piece", ignore_result=False)
def piece() -> None:
    """Do nothing, and keep the result: a chord counts them."""


# --- What the benchmarks call ---------------------------------------------------------------------


def run_chains(chains: int, length: int) -> None:
    """Run that many chains of tasks, and return when all are done."""
    done = uuid4().hex
    for _ in range(chains):
        step.delay(length, done)
    _wait(done, chains)


def run_fan_out(width: int) -> None:
    """Run one task that enqueues so many, and one after the last of them."""
    done = uuid4().hex
    source.delay(width, done)
    _wait(done)


def run_canvas_chains(chains: int, length: int) -> None:
    """Run that many canvas chains, and return when all are done."""
    done = uuid4().hex
    for _ in range(chains):
        chain(*(empty.si() for _ in range(length - 1)), join.si(done)).apply_async()
    _wait(done, chains)


def run_canvas_fan_out(width: int) -> None:
    """Run a canvas chord of so many tasks behind one task."""
    done = uuid4().hex
    fan = chord(group(piece.si() for _ in range(width)), join.si(done))
    chain(empty.si(), fan).apply_async()
    _wait(done)


def run_computing(times: int, n: int, queue: str) -> None:
    """Run a chain of tasks that compute, on the workers of a queue."""
    done = uuid4().hex
    compute.apply_async((times, n, done), queue=queue)
    _wait(done)


def run_waiting(width: int, port: int) -> None:
    """Run so many tasks that wait for the slow server."""
    done = uuid4().hex
    for _ in range(width):
        wait.delay(width, port, done)
    _wait(done)


def _wait(done: str, times: int = 1) -> None:
    for _ in range(times):
        if counters().blpop([done], timeout=PATIENCE) is None:
            raise BenchmarkFailed(f"The plain tasks did not end within {PATIENCE} seconds.")
