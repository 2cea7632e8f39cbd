"""Whether an instance can serve."""

from typing import Any
from uuid import uuid4

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from agents.executions.models import WorkerLife
from telemetry.health import Readiness

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _servers(servers: None) -> None:
    """Both servers run."""


@pytest.mark.django_db(transaction=True)
def test_an_instance_with_its_servers_migrations_and_workers_is_ready(client: Client) -> None:
    facts = {"name": "all@here", "pool": "threads", "slots": 4, "version": "1"}
    WorkerLife.objects.sign(uuid4(), queues=["io", "cpu", "ticks"], **facts)

    response = client.get("/readyz", headers={"Host": "10.0.0.1"})

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {
            "postgres": "ok",
            "redis": "ok",
            "migrations": "ok",
            "workers": "ok",
            "schedules": "ok",
        },
    }
    assert response["X-Request-ID"]


def test_without_workers_it_is_degraded_and_still_serves(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "degraded",
        "checks": {
            "postgres": "ok",
            "redis": "ok",
            "migrations": "ok",
            "workers": "No worker took a task from 'io' and 'cpu' and 'ticks' lately. "
            "`trellis doctor` says more.",
            "schedules": "ok",
        },
    }


def test_without_redis_it_is_not(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable",
        "checks": {"postgres": "ok", "redis": "Redis does not answer.", "migrations": "ok"},
    }


def test_without_postgres_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(_: Any) -> dict[str, str]:
        return {"host": "127.0.0.1", "port": "1", "dbname": "x"}

    backend = "django.db.backends.postgresql.base.DatabaseWrapper.get_connection_params"
    monkeypatch.setattr(backend, nowhere)

    assert Readiness().checks() == {
        "postgres": "PostgreSQL does not answer.",
        "redis": None,
        "migrations": "Not known without PostgreSQL.",
    }
    assert Readiness().notices() == {
        "workers": "Not known: PostgreSQL did not say.",
        "schedules": "Not known: PostgreSQL did not say.",
    }


def test_with_a_migration_to_do_it_is_not_until_that_is_done() -> None:
    applied = MigrationRecorder.Migration.objects.filter(
        app="apikeys", name="0002_add_scopes_and_life"
    )
    applied.update(app="elsewhere")
    readiness = Readiness()

    assert readiness.checks()["migrations"] == (
        "1 migrations are not applied. Run `manage.py migrate`."
    )

    MigrationRecorder.Migration.objects.filter(app="elsewhere").update(app="apikeys")
    assert readiness.checks()["migrations"] is None
