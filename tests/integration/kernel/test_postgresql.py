"""A restart of PostgreSQL fails nobody who comes after it, and costs nobody a round trip before."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from config.database import database
from kernel.postgresql.base import DatabaseWrapper
from launcher import embedded
from launcher.paths import InstancePaths

SESSIONS = 5  # of the pool's sixteen
ALIAS = "restarted"
QUESTION = "SELECT pg_backend_pid()"

pytestmark = pytest.mark.django_db  # which allows connections, to this server too

Open = Callable[[], DatabaseWrapper]


@pytest.fixture
def paths(tmp_path: Path) -> InstancePaths:
    return InstancePaths(tmp_path / "data")


@pytest.fixture
def opened(paths: InstancePaths, servers: None) -> Iterator[Open]:
    """``opened()``: one more session of this process, all with one pool."""
    values = {**connections["default"].settings_dict, **database(paths.database_url)}
    sessions: list[DatabaseWrapper] = []

    def one() -> DatabaseWrapper:
        sessions.append(DatabaseWrapper(values, ALIAS))
        return sessions[-1]

    yield one
    for session in sessions:
        session.close()
    sessions[0].close_pool()


def postgres(paths: InstancePaths) -> AbstractContextManager[None]:
    """Run a server as long as the context lasts."""
    return embedded.running([embedded.Postgres(paths, durable=False)], paths.logs)


def ask(session: DatabaseWrapper) -> int:
    """Return the number of the session's server process."""
    with session.cursor() as cursor:
        cursor.execute(QUESTION)
        return int(cursor.fetchone()[0])


def fill_the_pool(opened: Open) -> set[int]:
    """Leave connections in the pool; return the numbers of their server processes."""
    sessions = [opened() for _ in range(SESSIONS)]
    found = {ask(session) for session in sessions}
    for session in sessions:
        session.close()
    return found


def test_after_a_restart_nobody_gets_a_dead_connection(paths: InstancePaths, opened: Open) -> None:
    with postgres(paths):
        before = fill_the_pool(opened)
        assert len(before) == SESSIONS

    with postgres(paths):
        after = {ask(session) for session in [opened() for _ in range(SESSIONS)]}

    assert len(after) == SESSIONS


def test_a_connection_that_its_server_process_ended_is_replaced(
    paths: InstancePaths, opened: Open
) -> None:
    with postgres(paths):
        before = fill_the_pool(opened)
        ended, *_ = before
        with psycopg.connect(paths.database_url) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])

        after = {ask(session) for session in [opened() for _ in range(SESSIONS)]}

        assert ended not in after
        assert len(after & before) == SESSIONS - 1


def test_a_living_connection_is_handed_out_again_unasked(
    paths: InstancePaths, opened: Open
) -> None:
    with postgres(paths):
        before = fill_the_pool(opened)  # there may be one more, which nobody asked anything

        again = [opened() for _ in before]
        for session in again:
            session.ensure_connection()

        handed_out = {session.connection.info.backend_pid for session in again}
        assert handed_out & before
        with psycopg.connect(paths.database_url) as other:
            found = other.execute(
                "SELECT query FROM pg_stat_activity WHERE pid = ANY(%s)",
                [list(handed_out & before)],
            ).fetchall()
        assert set(found) == {(QUESTION,)}
