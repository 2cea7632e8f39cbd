"""What ``trellis doctor`` looks at. Each examination returns one finding and changes nothing."""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from launcher import embedded, instance, processes
from launcher.cli import servers
from launcher.errors import AddressUnavailable
from launcher.paths import instance_paths

if TYPE_CHECKING:
    from agents.executions.models import WorkerLife

LEAST_SPACE = 500 * 1024 * 1024  # bytes
PATIENCE = 5.0  # seconds for servers and workers to answer
SWEEP = "sweep-executions"
OVERDUE = timedelta(minutes=2)  # beat notes its last sweep every half minute or so
START = "Start it with `trellis up`."


class Status(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """What was found, and what to do about it unless all is well."""

    name: str
    status: Status
    text: str
    remedy: str = ""


Verdict = tuple[Status, str, str]


def ok(text: str) -> Verdict:
    return Status.OK, text, ""


def warn(text: str, remedy: str) -> Verdict:
    return Status.WARN, text, remedy


def fail(text: str, remedy: str) -> Verdict:
    return Status.FAIL, text, remedy


def examine(name: str) -> Finding:
    """Return the finding of one examination; a server that does not run cannot be asked."""
    asleep = embedded_asleep() if name in NEEDS_SERVERS else None
    try:
        return Finding(name, *(asleep or EXAMINATIONS[name]()))
    except servers.DatabaseUnreachable:
        return Finding(name, *fail("not known without PostgreSQL", "See above."))


def embedded_asleep() -> Verdict | None:
    """Return a warning where the servers are embedded and no instance runs them."""
    paths = instance_paths()
    if embedded.needed_servers(paths) and instance.read(paths.instance) is None:
        return warn("not known while Trellis does not run", START)
    return None


def data() -> Verdict:
    """Is the data directory writable, with space left?"""
    directory = instance_paths().data
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            free = shutil.disk_usage(directory).free
    except OSError as error:
        remedy = "Give it to your user, or set TRELLIS_DATA_DIR to a directory of yours."
        return fail(f"{directory} is not writable: {error.strerror}", remedy)
    text = f"{directory}, {free / 1e9:.1f} GB free"
    return ok(text) if free > LEAST_SPACE else warn(text, "Make space on that disk.")


def running() -> Verdict:
    """Does the instance of this data directory answer?"""
    found = instance.read(instance_paths().instance)
    if found is None:
        return warn("does not run on this data directory", START)
    status, body = instance.get(found.url, "/readyz")
    if status == 200:
        return ok(f"{found.url} answers (process {found.pid})")
    remedy = f"Look into {instance_paths().logs}/web.log, then stop it and run `trellis up`."
    return fail(f"{found.url}/readyz does not answer 200: {body[:300] or status}", remedy)


def port() -> Verdict:
    """Can the instance listen where it is told to?"""
    if instance.running(instance_paths().instance):
        return ok("in use by this instance")
    host = os.environ.get("TRELLIS_HOST") or processes.DEFAULT_HOST
    number = os.environ.get("TRELLIS_PORT") or processes.DEFAULT_PORT
    try:
        instance.address(host, int(number))
    except ValueError:
        return fail(f"TRELLIS_PORT is {number!r}", "Set it to a number.")
    except AddressUnavailable as error:
        return fail(error.message, "Choose another with TRELLIS_PORT.")
    return ok(f"{host}, port {number} is free")


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


def workers(queue: str) -> Verdict:
    """Does a worker take tasks from the queue? Each is asked to take one now."""
    from django.db import DatabaseError

    from agents.executions.models import Presence

    try:
        found = [worker for worker in roll() if queue in worker.queues]
    except DatabaseError:
        return fail("not known without the database's tables", "See above.")
    silent = [worker for worker in found if worker.presence == Presence.SILENT]
    start = f"celery -A config worker -Q {queue}; `trellis up` does it for you."
    text = "; ".join(sign_of_life(worker) for worker in found)
    if not found:
        return fail(f"no worker takes tasks from the queue {queue!r}", f"Start one: {start}")
    if len(silent) == len(found):
        remedy = "Is Redis well, see above? Look into their logs and start them again: "
        return fail(f"no worker takes tasks from the queue {queue!r}: {text}", f"{remedy}{start}")
    if silent:
        names = ", ".join(worker.name for worker in silent)
        return warn(text, f"If {names} should run, look into the log and start it again.")
    return ok(text)


def sign_of_life(worker: "WorkerLife") -> str:
    """Return who the worker is and when it last took a task."""
    from django.utils.timezone import now

    from agents.executions.models import Presence

    last = f"{max(0, (now() - worker.took_at).total_seconds()):.0f} s ago"
    kind = f"{worker.name} ({worker.pool}, {worker.slots} slots, version {worker.version})"
    if worker.presence == Presence.BUSY:
        return f"{kind} is busy: blocks run in all its slots; its last roll call {last}"
    if worker.presence == Presence.SILENT:
        return f"{kind} takes no task; the last one {last}"
    return f"{kind} took a task {last}"


@cache
def roll() -> "list[WorkerLife]":
    """Return all workers, once those that are well have taken a task, or after a while."""
    from agents.executions import liveness

    servers.connect().close()
    return liveness.call_roll(patience=PATIENCE)


def beat() -> Verdict:
    """Did beat ask for a sweep lately?"""
    from django.utils.timezone import now
    from django_celery_beat.models import PeriodicTask

    servers.connect().close()
    last = PeriodicTask.objects.filter(name=SWEEP).values_list("last_run_at", flat=True).first()
    age = now() - last if last else None
    if age is not None and age < OVERDUE:
        return ok(f"asked for a sweep {age.total_seconds():.0f} s ago")
    found = instance.read(instance_paths().instance)
    if found and now() - datetime.fromisoformat(found.started) < OVERDUE:
        return warn("has not noted a sweep since the start", "Look again in two minutes.")
    text = f"asked for no sweep since {last:%Y-%m-%d %H:%M} UTC" if last else "never ran"
    return fail(text, "Start it: celery -A config beat; `trellis up` does it for you.")


def static() -> Verdict:
    """Are the files that pages need there?"""
    from django.contrib.staticfiles import finders

    missing = [
        name for name in ("webui", "admin", "drf_spectacular_sidecar") if not finders.find(name)
    ]
    if missing:
        return fail(f"missing: {', '.join(missing)}", "Install Trellis again.")
    return ok("found")


EXAMINATIONS: dict[str, Callable[[], Verdict]] = {
    "data": data,
    "instance": running,
    "port": port,
    "postgres": postgres,
    "migrations": migrations,
    "redis": redis,
    "worker-io": lambda: workers("io"),
    "worker-cpu": lambda: workers("cpu"),
    "worker-ticks": lambda: workers("ticks"),
    "beat": beat,
    "static": static,
}
NEEDS_SERVERS = EXAMINATIONS.keys() - {"data", "instance", "port", "static"}
