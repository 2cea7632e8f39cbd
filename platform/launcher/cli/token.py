"""Print an API key of the first user.

The key is kept in the data directory, readable by its owner only, and printed again as long as
it works: curl -H "X-API-Key: $(trellis token)" http://127.0.0.1:8000/api/v1/graphs/
"""

import sys
from argparse import ArgumentParser, Namespace

from kernel.errors import TrellisError
from launcher.cli import servers
from launcher.paths import instance_paths


class NotSetUp(TrellisError):
    """The database is empty. Run `trellis up` first."""

    code = "not_set_up"


def add_arguments(parser: ArgumentParser) -> None:
    """The command takes no arguments."""


def main(options: Namespace) -> int:
    with servers.available():
        print(local_key())
    return 0


def local_key() -> str:
    """Return the first user's key for this machine. A first user made for it is shown."""
    servers.setup_django()
    servers.connect().close()
    from django.db import ProgrammingError

    from accounts.services import ensure_first_user
    from apikeys.local import local_key

    try:
        user, password = ensure_first_user()
    except ProgrammingError:  # no tables
        raise NotSetUp from None
    if password:
        print(f"First user: {user.get_username()}, password {password}", file=sys.stderr)
    return local_key(instance_paths().api_key)
