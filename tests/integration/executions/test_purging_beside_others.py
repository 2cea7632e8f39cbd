"""A purge beside other purges, beside locks, and beside retries."""

import threading
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from accounts.models import User
from agents.executions import retention
from agents.executions.models import (
    Execution,
)
from agents.executions.payloads import PayloadPurged
from agents.executions.purging import Report, preview, purge
from agents.executions.retention import Ages
from agents.executions.services import retry_execution
from kernel.errors import NotFound
from launcher.paths import InstancePaths
from tests.support.purging import (
    EVERYTHING,
    NOTHING,
    counted,
    failed_run,
    left,
    old_run,
    parent_of_two,
)
from tests.support.runs import fresh

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> Path:
    """Files of runs are kept in a directory of the test's own."""
    settings.PATHS = InstancePaths(tmp_path)
    folder: Path = settings.PATHS.files
    return folder


@pytest.mark.django_db(transaction=True)
def test_purgers_at_once_remove_each_row_once(alice: User, servers: None) -> None:
    for _ in range(8):
        old_run(alice)
    parent_of_two(alice)
    expected = preview(Ages.older_than(90))
    found: list[Report] = []
    together = threading.Barrier(3)

    def purging_beside_others() -> None:
        together.wait()
        try:
            found.append(purge(Ages.older_than(90), batch=20))
        finally:
            connection.close()

    threads = [threading.Thread(target=purging_beside_others) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.append(purge(Ages.older_than(90)))  # what was locked when they looked

    total = Report()
    for report in found:
        total.add(report)
    assert counted(total) == counted(expected)
    assert left() == {}


@pytest.mark.django_db(transaction=True)
def test_a_run_that_somebody_has_locked_is_passed_over(alice: User, servers: None) -> None:
    held, free = old_run(alice), old_run(alice)
    found: list[Report] = []

    def purging_meanwhile() -> None:
        try:
            found.append(purge(Ages.older_than(90)))
        finally:
            connection.close()

    with transaction.atomic():
        Execution.objects.locked(held.pk)
        thread = threading.Thread(target=purging_meanwhile)
        thread.start()
        thread.join(timeout=30)

    assert [report.runs for report in found] == [1]
    assert list(Execution.objects.all()) == [held]
    assert not Execution.objects.filter(pk=free.pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("which", [1, 2])
def test_a_family_of_which_somebody_has_locked_a_run_is_passed_over(
    which: int, alice: User, servers: None
) -> None:
    family = parent_of_two(alice)
    found: list[Report] = []

    def purging_meanwhile() -> None:
        try:
            found.append(purge(Ages.older_than(90)))
        finally:
            connection.close()

    with transaction.atomic():
        Execution.objects.locked(family[which].pk)
        thread = threading.Thread(target=purging_meanwhile)
        thread.start()
        thread.join(timeout=30)

    assert [counted(report) for report in found] == [NOTHING]
    assert Execution.objects.count() == 3


def test_a_run_without_its_values_is_not_retried(alice: User) -> None:
    execution = failed_run(alice)
    purge(Ages.older_than(90), payloads_only=True)
    before = fresh(execution)

    with pytest.raises(PayloadPurged) as refusal:
        retry_execution(execution.pk)

    assert (refusal.value.code, refusal.value.status) == ("payload_purged", 409)
    assert f"The values of the run {execution.pk} were purged on" in refusal.value.message
    after = fresh(execution)
    assert (after.status, after.last_seq, after.ended_at) == (
        "FAILED",
        before.last_seq,
        before.ended_at,
    )


def test_a_run_that_is_gone_is_not_retried(alice: User) -> None:
    execution = failed_run(alice)
    purge(Ages.older_than(90))

    with pytest.raises(NotFound):
        retry_execution(execution.pk)


def test_a_run_that_is_retried_is_not_old_any_more(alice: User) -> None:
    execution = failed_run(alice)
    retry_execution(execution.pk)

    assert counted(purge(EVERYTHING)) == NOTHING
    assert fresh(execution).status == "RUNNING"


def test_a_hint_that_is_not_true_any_more_is_dropped(alice: User) -> None:
    execution = failed_run(alice)

    def retried_meanwhile(*args: Any, **kwargs: Any) -> Any:
        found = retention.due(*args, **kwargs)
        if found:
            retry_execution(execution.pk)
        return found

    with patch("agents.executions.purging.due", retried_meanwhile):
        assert counted(purge(Ages.older_than(90))) == NOTHING

    assert fresh(execution).status == "RUNNING"
