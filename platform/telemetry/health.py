"""Can this process serve? A check returns None, or the sentence that says what is wrong."""

import logging
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import psycopg
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

PATIENCE = 2  # seconds for each server: a probe must answer sooner than a request

Notice = Callable[[psycopg.Connection], str | None]
NOTICES: dict[str, Notice] = {}
"""What apps want said beside the checks: it does not keep this process from serving."""


class Readiness:
    """Asks PostgreSQL and Redis each time, and for migrations until they are all applied."""

    def __init__(self) -> None:
        self._migrated = False

    def checks(self) -> dict[str, str | None]:
        """Return each check's answer by its name."""
        database = postgres()
        return {
            "postgres": database,
            "redis": broker(),
            "migrations": "Not known without PostgreSQL." if database else self._migrations(),
        }

    def notices(self) -> dict[str, str | None]:
        """Return what is not as it should be although this process can serve, by its name."""
        try:
            with connect() as database:
                return {name: ask(database) for name, ask in NOTICES.items()}
        except psycopg.Error as error:
            return dict.fromkeys(NOTICES, _wrong("Not known: PostgreSQL did not say.", error))

    def _migrations(self) -> str | None:
        if not self._migrated:
            try:
                waiting = pending_migrations()
            except DatabaseError as error:
                return _wrong("The table of migrations cannot be read.", error)
            if waiting:
                return f"{waiting} migrations are not applied. Run `manage.py migrate`."
            self._migrated = True
        return None


def postgres() -> str | None:
    try:
        with connect() as database:
            database.execute("SELECT 1")
    except psycopg.Error as error:
        return _wrong("PostgreSQL does not answer.", error)
    return None


def connect() -> psycopg.Connection:
    """Return a connection of its own: that the pool is busy is no illness."""
    params = {**connection.get_connection_params(), "connect_timeout": PATIENCE}
    return psycopg.connect(**params)


def broker() -> str | None:
    """Ask Redis once, without trying again."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
    except redis.RedisError as error:
        return _wrong("Redis does not answer.", error)
    finally:
        client.close()
    return None


def pending_migrations() -> int:
    """Return how many migrations the database still lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def running_version() -> str:
    """Return the installed version of Trellis, or `unknown` where it runs from its sources."""
    try:
        return version("trellis")
    except PackageNotFoundError:
        return "unknown"


def _wrong(sentence: str, error: Exception) -> str:
    """Return the sentence for everybody; the details, which name hosts, are for the log."""
    logger.warning("%s %s", sentence, error)
    return sentence
