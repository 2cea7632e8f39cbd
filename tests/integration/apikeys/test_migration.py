"""Keys of releases that knew no scopes keep working, and may do what they could."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from kernel.access import ALL_SCOPES
from tests.factories.accounts import UserFactory

BEFORE = ("apikeys", "0001_initial")
OLD_KEY = f"trls_abcd1234_{'x' * 43}"


@pytest.fixture
def old_release(transactional_db: None) -> Iterator[Any]:
    """The models of the release before scopes, on tables as they were then."""
    executor = MigrationExecutor(connection)
    latest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "apikeys"]
    try:
        executor.migrate([BEFORE])
        yield executor.loader.project_state([BEFORE]).apps
    finally:
        MigrationExecutor(connection).migrate(latest)


def test_an_old_key_may_do_everything_and_never_expires(old_release: Any) -> None:
    user = UserFactory.create(username="old")
    digest = hashlib.sha256(OLD_KEY.encode()).hexdigest()
    old = old_release.get_model("apikeys", "ApiKey")
    old.objects.create(user_id=user.pk, name="default", prefix="abcd1234", digest=digest)

    executor = MigrationExecutor(connection)
    executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] == "apikeys"])

    answer = Client(headers={"X-API-Key": OLD_KEY}).get("/api/v1/api-keys/")
    assert answer.status_code == 200
    [shown] = answer.json()["results"]
    assert set(shown["permissions"]) == set(ALL_SCOPES)
    assert (shown["status"], shown["expires_at"], shown["tail"]) == ("ACTIVE", None, "")
    assert (shown["made_by"], shown["revoked_at"], shown["name"]) == (None, None, "default")
