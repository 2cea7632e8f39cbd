"""The database for a command that runs while no instance does."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from launcher import embedded
from launcher.errors import InstanceRunning
from launcher.lock import exclusive
from launcher.paths import instance_paths

# Commands of Django's that look at the code only.
WITHOUT_DATABASE = {"help", "version", "check", "spectacular", "startapp", "collectstatic"}


@contextmanager
def available(command: str = "") -> Iterator[None]:
    """Keep the embedded servers running meanwhile, unless a running instance has them already."""
    paths = instance_paths()
    servers = [] if command in WITHOUT_DATABASE else embedded.needed_servers(paths)
    if not servers:
        yield
        return
    lock = exclusive(paths.lock)
    try:
        lock.__enter__()
    except InstanceRunning:
        yield
        return
    try:
        with embedded.running(servers, paths.logs):
            yield
    finally:
        lock.__exit__(None, None, None)


def setup_django() -> None:
    """Make models importable."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
