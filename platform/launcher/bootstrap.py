"""Bring the database up to date and fill it at first: ``python -m launcher.bootstrap``.

A process of its own, so that ``trellis up`` can watch it, and so that the supervisor stays small.
What it has done is one JSON object per line on stdout: ``{"step": …, "text": …}``.
"""

import json
import os
import sys
import time

import django
import psycopg

from kernel.errors import TrellisError

PATIENCE = 60.0  # seconds to wait for the database


def tell(step: str, text: str) -> None:
    """Report one thing done."""
    sys.stdout.write(json.dumps({"step": step, "text": text}) + "\n")
    sys.stdout.flush()


def wait_for_database(url: str) -> None:
    """Return once the database takes connections; raise its refusal after ``PATIENCE``."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.03)
        else:
            return


def migrate() -> None:
    """Apply the migrations that are missing; say how many."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        call_command("migrate", interactive=False, verbosity=0)
        tell("Database", f"{len(missing)} migrations applied")


def fill() -> None:
    """Make the first user and load the sample agents, where there is no user yet."""
    from django.db import transaction

    from accounts.services import ensure_first_user
    from agents.graphs.services import load_samples

    with transaction.atomic():
        user, password = ensure_first_user()
        if password is None:
            return
        load_samples(user)
    tell("First user", f"{user.get_username()}, password {password} (shown only now)")
    tell("Agents", "sample agents loaded")


def bootstrap() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings

    wait_for_database(settings.DATABASE_URL)
    migrate()
    fill()


def main() -> None:
    try:
        bootstrap()
    except TrellisError as error:
        sys.exit(error.message)
    except psycopg.OperationalError as error:
        sys.exit(f"The database does not answer: {error}")


if __name__ == "__main__":
    main()
