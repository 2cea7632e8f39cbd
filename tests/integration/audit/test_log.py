"""The log is only added to, tells no secret, and comes with what it tells of."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError
from django.utils.timezone import now

from accounts.models import User
from apikeys import services as keys
from apikeys.models import ApiKey
from audit import purging, trail
from audit.actions import Action
from audit.models import Entry
from kernel.access import Scope

pytestmark = pytest.mark.django_db


def line(**fields: Any) -> Entry:
    return Entry.objects.create(action=Action.SIGNED_IN, via="session", **fields)


def test_no_line_can_be_changed(alice: User) -> None:
    found = line(owner=alice)

    with pytest.raises(IntegrityError, match="UPDATE is refused"), transaction.atomic():
        Entry.objects.filter(pk=found.pk).update(owner_id=None)

    assert Entry.objects.get(pk=found.pk).owner_id == alice.pk


def test_no_line_can_be_deleted(alice: User) -> None:
    found = line(owner=alice)

    with pytest.raises(IntegrityError, match="DELETE is refused"), transaction.atomic():
        Entry.objects.filter(pk=found.pk).delete()

    assert Entry.objects.filter(pk=found.pk).exists()


def test_a_line_outlives_its_person(alice: User) -> None:
    found = line(owner=alice, actor=alice)
    number = alice.pk

    alice.delete()

    kept = Entry.objects.with_people().get(pk=found.pk)
    assert (kept.owner_id, kept.actor_id, kept.actor) == (number, number, None)
    assert kept.who == f"#{number}"


def test_the_purge_removes_what_is_too_old_and_nothing_else(alice: User, settings: Any) -> None:
    settings.AUDIT_RETENTION_DAYS = 30
    old = [line(created=now() - timedelta(days=31)) for _ in range(5)]
    young = line(created=now() - timedelta(days=29))

    removed = purging.purge(batch=2)

    assert removed == 5
    left = set(Entry.objects.values_list("pk", flat=True))
    assert young.pk in left
    assert left.isdisjoint(one.pk for one in old)


def test_after_the_purge_nothing_can_be_deleted_by_others(settings: Any) -> None:
    settings.AUDIT_RETENTION_DAYS = 30
    line(created=now() - timedelta(days=31))
    purging.purge()
    with transaction.atomic():
        purging._remove(now() - timedelta(days=30), 10)
        young = line()

        with pytest.raises(IntegrityError, match="DELETE is refused"), transaction.atomic():
            young.delete()

    assert Entry.objects.filter(pk=young.pk).exists()


def test_nothing_is_purged_unless_that_is_asked_for(settings: Any) -> None:
    settings.AUDIT_RETENTION_DAYS = 0
    found = line(created=now() - timedelta(days=40_000))

    assert purging.purge() == 0
    assert Entry.objects.filter(pk=found.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_line_is_not_written_by_itself() -> None:
    with pytest.raises(TransactionManagementError, match="with what it tells of"):
        trail.record(Action.SIGNED_IN)

    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_leaves_no_line(alice: User) -> None:
    @transaction.atomic
    def undone() -> None:
        keys.create(alice, name="one", scopes=[Scope.READ_GRAPH])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        undone()

    assert not ApiKey.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_where_no_line_can_be_written_nothing_is_done(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("The disk is full.")

    monkeypatch.setattr(Entry, "save", fails)

    with pytest.raises(RuntimeError, match="disk"):
        keys.create(alice, name="one", scopes=[Scope.READ_GRAPH])

    assert not ApiKey.objects.exists()


def test_details_tell_no_secret_and_are_text_that_postgresql_takes(alice: User) -> None:
    found = trail.record(
        Action.KEY_CHANGED,
        owner=alice.pk,
        thing=("thing", "1", "a\x00name\ud800 " + "n" * 300),
        details={
            "password": "hunter2-hunter2",
            "note": "Bearer abcdefghijklmnopqrstuvwxyz",
            "n": 1,
        },
    )
    found.refresh_from_db()

    assert found.details == {"password": "[redacted]", "note": "Bearer [redacted]", "n": 1}
    assert found.object_label.startswith("aname? nnn")
    assert len(found.object_label) == 200
