"""Usernames of releases in which case told people apart."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE, AFTER = ("accounts", "0002_add_limit_of_runs"), ("accounts", "0003_add_sign_up")


@pytest.fixture
def old_release(transactional_db: None) -> Iterator[Any]:
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    try:
        executor.migrate([BEFORE])
        yield executor.loader.project_state([BEFORE]).apps
    finally:
        MigrationExecutor(connection).migrate(latest)


def test_the_oldest_keeps_the_name_and_others_get_a_number(
    old_release: Any, caplog: pytest.LogCaptureFixture
) -> None:
    users = old_release.get_model("accounts", "User").objects
    names = ["Ada", "ada", "ADA", "ada-2", "bob"]
    before = [users.create(username=name).pk for name in names]
    executor = MigrationExecutor(connection)
    with caplog.at_level(logging.WARNING):
        executor.migrate([AFTER])

    found = executor.loader.project_state([AFTER]).apps.get_model("accounts", "User").objects
    after = dict(found.values_list("pk", "username"))
    assert [after[pk] for pk in before] == ["Ada", "ada-3", "ADA-4", "ada-2", "bob"]
    assert "'ADA' (id" in caplog.text
    assert "is called 'ADA-4' from now on." in caplog.text
