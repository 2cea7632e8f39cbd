"""Where a hop's time goes.

``python -m benchmarks.profile [chain|fanout|many] [--lane off] [--runs 5] [--calls] [--sql]``

Runs one Celery worker inside this process (the solo pool: everything in one thread), lets it run
the benchmark's graph some times, and prints for each node execution: how long it took, what it
sent to PostgreSQL and to Redis, which layer the time was spent in, and in which functions. A
worker that waits for messages counts as idle and is left out.

It samples the worker's stack. ``--calls`` uses cProfile instead, from the worker's start to its
end: it counts calls, but makes Python look slower than it is. ``--sql`` prints the statements.
"""

import cProfile
import os
import pstats
import statistics
import threading
import traceback
from argparse import ArgumentParser, Namespace
from collections import Counter
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from benchmarks.instance import laboratory
from benchmarks.sampler import Sampler

WARM_UP = 2  # rounds before the first that counts
MOST = 30  # lines of each list


@dataclass
class Found:
    """What was measured while the worker was warm."""

    seconds: list[float] = field(default_factory=list)
    statements: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    transactions: int = 0
    nodes: int = 0  # node executions


def main() -> None:
    parser = ArgumentParser(prog="python -m benchmarks.profile")
    parser.add_argument("shape", nargs="?", default="chain", choices=("chain", "fanout", "many"))
    parser.add_argument("--lane", default="on", choices=("on", "off"), help="TRELLIS_LOCAL_LANE")
    parser.add_argument("--runs", type=int, default=5, help="how many rounds to look at")
    parser.add_argument("--calls", action="store_true", help="count calls with cProfile")
    parser.add_argument("--sql", action="store_true", help="print the statements")
    options = parser.parse_args()
    os.environ["TRELLIS_LOCAL_LANE"] = options.lane
    with laboratory():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        profile(options)


def profile(options: Namespace) -> None:
    """Run a worker in this thread and the measurement in another; print what was found."""
    from celery.platforms import EX_OK
    from celery.worker import state

    from benchmarks.workers import app

    found, sampler = Found(), Sampler()
    sampler.install()
    thread = threading.get_ident()

    def measured() -> None:
        try:
            measure(options, found, sampler, thread)
        except Exception:
            traceback.print_exc()
        finally:
            state.should_stop = EX_OK  # type: ignore[assignment]

    worker = app.Worker(
        pool="solo", queues=["io", "cpu"], loglevel="WARNING", redirect_stdouts=False
    )
    threading.Thread(target=measured, daemon=True).start()
    calls = cProfile.Profile()
    try:
        if options.calls:
            calls.enable()
        worker.start()
    finally:
        calls.disable()
    if not found.seconds:
        raise SystemExit("Nothing was measured.")
    show(options, found)
    if options.calls:
        pstats.Stats(calls).sort_stats("tottime").print_stats(MOST)
    else:
        show_samples(sampler, found)


def measure(options: Namespace, found: Found, sampler: Sampler, thread: int) -> None:
    """Run the graph some times while the worker is watched."""
    from accounts.models import User
    from benchmarks.cases.hops import shapes
    from benchmarks.runs import Agent, listening

    hops = shapes()[options.shape]
    agent = Agent.create(User.objects.create_user("bench"), hops.graph)
    with listening(agent.version.agent_id) as bell:
        for _ in range(WARM_UP):
            agent.seconds(bell, hops.runs)
        commands, transactions = redis_commands(), committed()
        statements = watch_statements(thread)
        if not options.calls:
            sampler.start()
        found.seconds = [agent.seconds(bell, hops.runs) for _ in range(options.runs)]
        sampler.stop()
    found.nodes = hops.nodes * options.runs
    found.statements = Counter(statements)
    found.commands = redis_commands() - commands
    found.transactions = committed() - transactions


def watch_statements(thread: int) -> Counter[str]:
    """Return a counter that counts, from now on, the statements that the thread sends."""
    import psycopg

    counter: Counter[str] = Counter()
    execute = psycopg.Cursor.execute

    def counted(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        if threading.get_ident() == thread:
            counter[str(query)] += 1
        return execute(cursor, query, *arguments, **options)

    psycopg.Cursor.execute = counted  # type: ignore[method-assign, assignment]
    return counter


def redis_commands() -> Counter[str]:
    """Return how often Redis was told each command."""
    import redis
    from django.conf import settings

    client = redis.Redis.from_url(settings.REDIS_URL)
    try:
        told = client.info("commandstats")
    finally:
        client.close()
    return Counter({name.removeprefix("cmdstat_"): int(one["calls"]) for name, one in told.items()})


def committed() -> int:
    """Return how many transactions PostgreSQL has committed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot(), pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def show(options: Namespace, found: Found) -> None:
    """Print what a node execution took and sent."""
    each = [one / (found.nodes / len(found.seconds)) * 1000 for one in found.seconds]
    print(f"\n{options.shape}, lane {options.lane}: {found.nodes} node executions")
    print(f"{statistics.median(each):8.2f} ms each ({min(each):.2f}–{max(each):.2f})")
    print(
        f"{found.statements.total() / found.nodes:8.2f} statements each, without BEGIN and COMMIT"
    )
    print(f"{found.transactions / found.nodes:8.2f} transactions each")
    print(f"{found.commands.total() / found.nodes:8.2f} Redis commands each, bells included:")
    for name, times in found.commands.most_common(8):
        print(f"{times / found.nodes:14.2f} {name}")
    if options.sql:
        for sql, times in found.statements.most_common(MOST):
            print(f"{times / found.nodes:14.2f} {' '.join(sql.split())[:160]}")


def show_samples(sampler: Sampler, found: Found) -> None:
    """Print where the worker's thread was."""
    each = 1000 / found.nodes
    print(f"{sampler.idle * each:8.2f} ms each idle; of the rest:")
    for title, times in (
        ("by layer", sampler.layers),
        ("in the function itself", sampler.inside),
        ("in the function and below it", sampler.under),
    ):
        print(f"\nms each, {title}")
        for name, seconds in sorted(times.items(), key=itemgetter(1), reverse=True)[:MOST]:
            print(f"{seconds * each:8.3f} {seconds / sampler.busy:6.1%} {name}")


if __name__ == "__main__":
    main()
