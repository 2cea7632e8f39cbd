"""What `trellis doctor` finds in the servers."""

from typing import Any

import pytest
from django.db import connection

from launcher.cli import servers
from launcher.cli.examinations import Status, databases

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def the_test_s_database(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    params = connection.get_connection_params()
    kept = ("dbname", "host", "port", "user", "password")

    def connect() -> Any:
        import psycopg

        return psycopg.connect(**{name: params[name] for name in kept if params.get(name)})

    monkeypatch.setattr(servers, "connect", connect)
    settings.RATES = {"reads": ()}  # tests are not limited


def test_the_log_is_guarded() -> None:
    assert databases.audit() == (Status.OK, "lines can only be added", "")


def test_a_guard_of_the_log_that_is_off_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE audit_entry DISABLE TRIGGER {databases.TRIGGER}")
    try:
        status, text, remedy = databases.audit()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE audit_entry ENABLE TRIGGER {databases.TRIGGER}")

    assert (status, text.endswith("is off: lines could be changed")) == (Status.FAIL, True)
    assert remedy.startswith("ALTER TABLE audit_entry ENABLE TRIGGER")


def test_redis_counts_and_clocks_agree() -> None:
    assert databases.rates()[0] == Status.OK
    assert databases.clock()[0] == Status.OK


def test_a_redis_that_does_not_count_is_a_failure(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    status, text, _ = databases.rates()

    assert (status, text[:30]) == (Status.FAIL, "Redis does not count requests:")


def test_vectors_can_be_compared() -> None:
    status, text, _ = databases.knowledge()

    assert (status, text[:9]) == (Status.OK, "pgvector ")


def test_a_database_without_pgvector_is_found_and_no_failure() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION vector")
    try:
        status, text, remedy = databases.knowledge()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION vector")

    assert (status, text) == (
        Status.WARN,
        "PostgreSQL has no pgvector: blocks cannot keep and find texts by meaning",
    )
    assert remedy == "Run `CREATE EXTENSION vector` in the database, as a superuser."
