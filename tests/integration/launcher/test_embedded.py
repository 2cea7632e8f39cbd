"""Servers that die in every way, and start again on the same data."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from launcher import children, embedded
from launcher.errors import ServerUnavailable
from launcher.paths import InstancePaths

# Keeps both servers running and writes when they are ready; the test kills it.
KEEPER = """
import sys, time
from pathlib import Path
from launcher import embedded
from launcher.paths import InstancePaths
paths = InstancePaths(Path(sys.argv[1]))
with embedded.running([embedded.Postgres(paths), embedded.Redis(paths)], paths.logs):
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[InstancePaths]:
    paths = InstancePaths(tmp_path / "data")
    yield paths
    assert serving(paths) == []


def serving(paths: InstancePaths) -> list[psutil.Process]:
    return [
        *children.serving("postgres", paths.postgres),
        *children.serving("redis-server", paths.redis),
    ]


def masters(paths: InstancePaths) -> list[psutil.Process]:
    """Return the servers that this process started, without their own children.

    Those come and go at any time; the servers stay, and hold every socket that is listened on.
    """
    ours = {child.pid for child in psutil.Process().children()}
    return [process for process in serving(paths) if process.pid in ours]


def both(paths: InstancePaths) -> list[embedded.Server]:
    return [embedded.Postgres(paths), embedded.Redis(paths)]


@contextlib.contextmanager
def keeper(paths: InstancePaths) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", KEEPER, str(paths.data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def remember(paths: InstancePaths) -> None:
    with psycopg.connect(paths.database_url) as session:
        session.execute("CREATE TABLE memory AS SELECT 42 AS answer")


def recall(paths: InstancePaths) -> int:
    with psycopg.connect(paths.database_url) as session:
        row = session.execute("SELECT answer FROM memory").fetchone()
    assert row is not None
    return int(row[0])


def test_data_outlives_an_orderly_end(paths: InstancePaths) -> None:
    with embedded.running(both(paths), paths.logs):
        remember(paths)
    assert serving(paths) == []

    with embedded.running(both(paths), paths.logs):
        assert recall(paths) == 42


def test_only_the_owner_can_reach_the_servers(paths: InstancePaths) -> None:
    with embedded.running(both(paths), paths.logs):
        for directory in (paths.sockets, paths.postgres, paths.redis):
            assert directory.stat().st_mode & 0o777 == 0o700
        assert [process.net_connections("inet") for process in masters(paths)] == [[], []]


def test_servers_die_with_a_killed_parent_and_start_again(paths: InstancePaths) -> None:
    with keeper(paths) as parent:
        remember(paths)
        parent.kill()
        parent.wait()
        psutil.wait_procs(serving(paths), timeout=10)
        assert serving(paths) == []

    with embedded.running(both(paths), paths.logs):
        assert recall(paths) == 42


def test_data_outlives_the_sudden_death_of_everything(paths: InstancePaths) -> None:
    with keeper(paths) as parent:
        remember(paths)
        pid_file = paths.postgres / "postmaster.pid"
        _, *others = pid_file.read_text().splitlines()
        for process in serving(paths):
            with contextlib.suppress(psutil.NoSuchProcess):  # it went with another
                process.kill()
        parent.kill()
        parent.wait()
    # As after a restart of the machine, another process has the number by now.
    pid_file.write_text("\n".join([str(os.getpid()), *others]))

    with embedded.running(both(paths), paths.logs):
        assert recall(paths) == 42


def test_a_server_that_outlived_its_parent_is_ended_first(paths: InstancePaths) -> None:
    server = embedded.Postgres(paths)
    server.prepare()
    orphan = subprocess.Popen(
        [
            *(sys.executable, "-I", "-S", str(children.SHIM), "--parent", str(os.getpid())),
            *("--unprivileged", str(paths.postgres), "--", *server.command()),
        ],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    embedded.wait_until_ready(server, orphan)

    with embedded.running(both(paths), paths.logs):
        assert orphan.wait(5) == 0
        assert [process.name() for process in masters(paths)] == ["postgres", "redis-server"]


def test_half_a_data_directory_is_never_used(paths: InstancePaths) -> None:
    draft = paths.data / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18")

    with embedded.running([embedded.Postgres(paths)], paths.logs):
        remember(paths)

    assert not draft.exists()


def test_a_server_that_cannot_start_is_named(paths: InstancePaths) -> None:
    with embedded.running([embedded.Postgres(paths)], paths.logs):
        pass
    (paths.postgres / "PG_VERSION").write_text("9\n")

    with (
        pytest.raises(ServerUnavailable, match="PostgreSQL ended with status 1"),
        embedded.running(both(paths), paths.logs),
    ):
        pytest.fail("it started")


def test_a_child_dies_with_its_parent() -> None:
    code = (
        "import subprocess, time\n"
        "from launcher import children\n"
        "print(children.spawn(['sleep', '600']).pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()

    child.wait(5)


def test_what_a_supervisor_started_is_found_at_any_depth(tmp_path: Path) -> None:
    mark = {children.MARK: str(tmp_path)}
    child = children.spawn(["sh", "-c", "sleep 600 & wait"], environment=mark)
    while len(children.marked(tmp_path)) < 2:
        time.sleep(0.01)

    children.end(children.marked(tmp_path), signum=signal.SIGTERM, patience=5)

    assert children.marked(tmp_path) == []
    assert child.wait() == -signal.SIGTERM
