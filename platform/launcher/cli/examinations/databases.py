"""The servers: PostgreSQL, its tables, Redis, and their clocks."""

import time

from launcher.cli import servers
from launcher.cli.examinations.verdicts import PATIENCE, Verdict, fail, ok, warn

LATE, TOO_LATE = 1.0, 10.0  # seconds that clocks may differ; a lease lasts 30
TRIGGER = "audit_is_only_added_to"


def postgres() -> Verdict:
    """Does PostgreSQL answer?"""
    try:
        with servers.connect() as connection:
            row = connection.execute("SHOW server_version").fetchone()
    except servers.DatabaseUnreachable as error:
        return fail(error.message, "Check DATABASE_URL, or run `trellis up`.")
    return ok(f"PostgreSQL {row[0] if row else '?'}")


def migrations() -> Verdict:
    """Is the database as this version of Trellis expects it?"""
    from telemetry.health import pending_migrations

    servers.connect().close()
    missing = pending_migrations()
    if missing:
        return fail(f"{missing} not applied", "Apply them with `trellis migrate`.")
    return ok("all applied")


def redis() -> Verdict:
    """Does Redis answer, and would it rather refuse a message than forget one?"""
    from django.conf import settings
    from redis import Redis, RedisError

    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=PATIENCE) as client:
            version = client.info("server")["redis_version"]
            policy = client.info("memory").get("maxmemory_policy", "noeviction")
    except RedisError as error:
        return fail(f"does not answer: {error}", "Check REDIS_URL, or run `trellis up`.")
    if policy != "noeviction":
        remedy = "Set `maxmemory-policy noeviction`: with this policy Redis may forget tasks."
        return fail(f"Redis {version}, maxmemory-policy {policy}", remedy)
    return ok(f"Redis {version}, noeviction")


def rates() -> Verdict:
    """Are rates limited, and does Redis count for that?"""
    from django.conf import settings
    from limits.errors import StorageError
    from redis import Redis, RedisError

    from quotas.windows import SCRIPT

    if not settings.RATES:
        return warn("nobody's rate is limited", "Remove RATE_LIMITS=off unless that is wanted.")
    key = f"trellis.doctor.{time.time_ns()}"
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=PATIENCE) as client:
            answer = client.eval(SCRIPT, 1, key, 1, 1, 1)  # one window, not refused before
            client.delete(key)
    except (RedisError, StorageError) as error:
        remedy = "Check REDIS_URL, and that its user may run scripts. Until then nobody is refused."
        return fail(f"Redis does not count requests: {error}", remedy)
    if list(answer)[:2] != [1, 1]:
        return fail(f"Redis counts wrong: {answer!r}", "Is something else using its keys?")
    return ok(f"{len(settings.RATES)} kinds of requests are counted in Redis")


def clock() -> Verdict:
    """Do this machine, PostgreSQL and Redis agree on the time?"""
    from django.conf import settings
    from redis import Redis, RedisError

    with servers.connect() as connection:
        before = time.time()
        row = connection.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
        there = float(row[0]) if row else 0.0
        apart = {"PostgreSQL": there - (before + time.time()) / 2}
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=PATIENCE) as client:
            before = time.time()
            seconds, micros = client.time()
            apart["Redis"] = seconds + micros / 1e6 - (before + time.time()) / 2
    except RedisError:
        pass  # there is an examination for that
    return told_apart(apart)


def told_apart(apart: dict[str, float]) -> Verdict:
    """Return what it means that servers' clocks are so many seconds before this machine's."""
    text = ", ".join(f"{name} {seconds:+.2f} s" for name, seconds in apart.items())
    worst = max(map(abs, apart.values()))
    remedy = "Let all machines keep time by NTP: leases, deadlines and codes of apps depend on it."
    if worst >= TOO_LATE:
        return fail(f"clocks differ: {text}", remedy)
    return warn(f"clocks differ: {text}", remedy) if worst >= LATE else ok(text)


def audit() -> Verdict:
    """Does the database refuse to change the audit log?"""
    question = "SELECT tgenabled FROM pg_trigger WHERE tgname = %s"
    with servers.connect() as connection:
        row = connection.execute(question, [TRIGGER]).fetchone()
    if row is None:
        remedy = "Apply migrations with `trellis migrate`; if they are, restore it from a backup."
        return fail(f"the trigger {TRIGGER!r} is missing", remedy)
    if row[0] in ("D", b"D"):
        remedy = f"ALTER TABLE audit_entry ENABLE TRIGGER {TRIGGER}; and ask who turned it off."
        return fail(f"the trigger {TRIGGER!r} is off: lines could be changed", remedy)
    return ok("lines can only be added")


def knowledge() -> Verdict:
    """Can PostgreSQL compare vectors, as the blocks of knowledge need?"""
    question = (
        "SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector'),"
        " EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')"
    )
    with servers.connect() as connection:
        row = connection.execute(question).fetchone()
    version, is_available = row or (None, False)
    if version:
        return ok(f"pgvector {version}")
    first = "Run" if is_available else "Install pgvector for this PostgreSQL; then run"
    remedy = f"{first} `CREATE EXTENSION vector` in the database, as a superuser."
    return warn("PostgreSQL has no pgvector: blocks cannot keep and find texts by meaning", remedy)
