"""The database for a command that runs while no instance does."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from kernel.errors import TrellisError
from launcher import embedded
from launcher.errors import InstanceRunning
from launcher.lock import exclusive
from launcher.paths import instance_paths

# Commands of Django's that look at the code only.
WITHOUT_DATABASE = {"help", "version", "check", "spectacular", "startapp", "collectstatic"}
PATIENCE = 30.0  # seconds for an instance that starts or ends at the moment


class DatabaseUnreachable(TrellisError):
    """PostgreSQL does not answer."""

    code = "database_unreachable"


@contextmanager
def available(command: str = "") -> Iterator[None]:
    """Keep the embedded servers running meanwhile, unless a running instance has them already."""
    paths = instance_paths()
    servers = [] if command in WITHOUT_DATABASE else embedded.needed_servers(paths)
    deadline = time.monotonic() + PATIENCE
    while servers:
        try:
            with exclusive(paths.lock), embedded.running(servers, paths.logs):
                yield
                close_pool()
                return
        except InstanceRunning:
            if all(server.ready() for server in servers):
                break
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)
    yield


def close_pool() -> None:
    """Give back Django's connections before their server ends."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's


def setup_django() -> None:
    """Make models importable."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


def connect() -> psycopg.Connection:
    """Return a connection of its own, at once or not at all: the pool would wait for a minute."""
    from django.conf import settings

    try:
        return psycopg.connect(settings.DATABASE_URL, connect_timeout=5)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise DatabaseUnreachable(f"PostgreSQL does not answer: {reason}") from None
