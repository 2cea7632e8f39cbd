"""Real PostgreSQL and Redis for the tests, started when a test first needs one.

A pytest plugin that is loaded before Django's settings: it gives the run a data directory of its
own, so settings point at servers in it, unless DATABASE_URL and REDIS_URL name others. With
pytest-xdist the controller runs the servers, and each worker has its own database (by
pytest-django) and its own Redis database number.
"""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from launcher import embedded
from launcher.errors import ServerUnavailable
from launcher.paths import instance_paths

NEEDS_SERVERS = {"django_db_setup", "servers"}  # fixtures
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
OURS = {"TRELLIS_DATA_DIR", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}

# Tests ask faster than people may. Those of the limits say which ones hold.
os.environ.setdefault("RATE_LIMITS", "off")


def remove_data(directories: set[Path]) -> None:
    """Leave nothing behind, also where the run ends before it began."""
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)


def with_database(url: str, number: int) -> str:
    """Return the Redis URL with the database number in it."""
    if url.startswith("unix://"):
        return f"{url.partition('?')[0]}?db={number}"
    return urlsplit(url)._replace(path=f"/{number}").geturl()


if WORKER:
    base = os.environ.get("REDIS_URL") or instance_paths().redis_url
    os.environ["REDIS_URL"] = with_database(base, int(WORKER.removeprefix("gw")) + 1)
else:
    os.environ["TRELLIS_DATA_DIR"] = tempfile.mkdtemp(prefix="trellis-tests-")
    atexit.register(remove_data, {instance_paths().data, instance_paths().sockets})

running = ExitStack()
started = False


def start_servers() -> None:
    """Start the servers unless they run already, here or in the controller."""
    global started  # noqa: PLW0603 - one set of servers for the whole run
    if WORKER or started:
        return
    started = True
    paths = instance_paths()
    servers = embedded.needed_servers(paths, durable=False)
    try:
        running.enter_context(embedded.running(servers, paths.logs))
    except ServerUnavailable as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.INTERNAL_ERROR)


def environment_without_servers() -> dict[str, str]:
    """Return this process's environment for a command that shall know nothing of the test run."""
    return {name: value for name, value in os.environ.items() if name not in OURS}


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> None:
    if fixturedef.argname in NEEDS_SERVERS:
        start_servers()


@pytest.fixture(scope="session")
def servers() -> None:
    """PostgreSQL and Redis answer while this fixture lives."""


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("numprocesses", default=None):
        start_servers()  # workers ask for them at any time, and cannot start them here


def pytest_unconfigure() -> None:
    if not WORKER:
        running.close()
