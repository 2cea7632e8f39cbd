"""What ``trellis doctor`` looks at. Each examination returns one finding and changes nothing."""

from collections.abc import Callable

from launcher import embedded, instance
from launcher.cli import servers
from launcher.cli.examinations import configuration, databases, endpoints, machine, workforce
from launcher.cli.examinations.verdicts import START, Finding, Status, Verdict, fail, warn
from launcher.paths import instance_paths

__all__ = ["EXAMINATIONS", "Finding", "Status", "examine"]

EXAMINATIONS: dict[str, Callable[[], Verdict]] = {
    "data": machine.data,
    "files": machine.files,
    "instance": machine.running,
    "port": machine.port,
    "static": machine.static,
    "production": configuration.production,
    "logs": configuration.logs,
    "postgres": databases.postgres,
    "migrations": databases.migrations,
    "audit": databases.audit,
    "knowledge": databases.knowledge,
    "redis": databases.redis,
    "rates": databases.rates,
    "clock": databases.clock,
    "blocks": configuration.blocks,
    "providers": configuration.providers,
    "flags": configuration.flags,
    "worker-io": lambda: workforce.workers("io"),
    "worker-cpu": lambda: workforce.workers("cpu"),
    "worker-ticks": lambda: workforce.workers("ticks"),
    "beat": workforce.beat,
    "mail": endpoints.mail,
    "metrics": configuration.metrics,
    "sentry": endpoints.sentry,
    "traces": endpoints.traces,
}
NEEDS_SERVERS = frozenset(
    {
        *("postgres", "migrations", "audit", "knowledge", "redis", "rates", "clock", "flags"),
        *("worker-io", "worker-cpu", "worker-ticks", "beat"),
    }
)


def examine(name: str) -> Finding:
    """Return the finding of one examination; a server that does not run cannot be asked."""
    from django.db import ProgrammingError

    asleep = embedded_asleep() if name in NEEDS_SERVERS else None
    try:
        return Finding(name, *(asleep or EXAMINATIONS[name]()))
    except servers.DatabaseUnreachable:
        return Finding(name, *fail("not known without PostgreSQL", "See above."))
    except ProgrammingError:  # no tables
        return Finding(name, *fail("not known without the database's tables", "See migrations."))


def embedded_asleep() -> Verdict | None:
    """Return a warning where the servers are embedded and no instance runs them."""
    paths = instance_paths()
    if embedded.needed_servers(paths) and instance.read(paths.instance) is None:
        return warn("not known while Trellis does not run", START)
    return None
