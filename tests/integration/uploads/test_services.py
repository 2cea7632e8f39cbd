"""Files outlive what breaks off, and go when they should."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection
from django.utils.timezone import now

from accounts.models import User
from quotas.models import OwnQuota
from quotas.storage import StorageFull, storage_of
from uploads import services
from uploads.models import Upload


@pytest.fixture
def storage() -> Storage:
    return storages["uploads"]


def keep(owner: User, content: bytes = b"content", name: str = "a.txt") -> Upload:
    return services.keep(owner.pk, ContentFile(content), name=name)


@pytest.mark.django_db
def test_a_storage_that_fails_leaves_no_row(alice: User, storage: Storage) -> None:
    with (
        patch.object(type(storage), "save", side_effect=OSError("disk full")),
        pytest.raises(OSError, match="disk full"),
    ):
        keep(alice)

    assert Upload.objects.count() == 0


@pytest.mark.django_db
def test_bytes_used_counts_what_is_there_and_what_is_coming(alice: User, bob: User) -> None:
    keep(alice, b"12345")
    keep(bob, b"123")
    Upload.objects.create(owner=alice, name="b", content_type="text/plain", size=7, digest="d")

    assert services.bytes_used(alice.pk) == 12
    assert services.bytes_used(bob.pk) == 3


@pytest.mark.django_db
class TestRoom:
    def test_files_count_as_storage_until_they_are_gone(
        self, alice: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        upload = keep(alice, b"12345")
        assert storage_of(alice.pk).used == 5

        with django_capture_on_commit_callbacks(execute=True):
            services.discard(upload)
        assert storage_of(alice.pk).used == 0

    def test_one_that_does_not_fit_is_refused_and_nothing_kept(
        self, alice: User, storage: Storage
    ) -> None:
        OwnQuota.objects.create(user=alice, storage_mb=1)
        keep(alice, b"x" * 600_000)

        with pytest.raises(StorageFull, match=r"600 kB of the 1 MB"):
            keep(alice, b"y" * 600_000)

        [kept] = Upload.objects.all()
        assert storage.listdir(str(alice.pk))[1].count(str(kept.pk)) == 1
        assert storage_of(alice.pk).used == 600_000


@pytest.mark.django_db
class TestTidying:
    def test_halves_go_after_a_day_and_no_sooner(self, alice: User, storage: Storage) -> None:
        old, young = keep(alice, b"1"), keep(alice, b"2")
        Upload.objects.filter(pk__in=[old.pk, young.pk]).update(is_whole=False)
        Upload.objects.filter(pk=old.pk).update(created=now() - timedelta(days=2))

        assert services.tidy() == {"halves": 1, "unused": 0}
        assert not storage.exists(old.place)
        assert storage.exists(young.place)
        assert list(Upload.objects.all()) == [young]

    def test_unused_files_stay_unless_the_instance_says_otherwise(
        self, alice: User, settings: Any, django_capture_on_commit_callbacks: Any, storage: Storage
    ) -> None:
        old, young = keep(alice, b"1"), keep(alice, b"2")
        Upload.objects.filter(pk=old.pk).update(last_used_at=now() - timedelta(days=31))
        assert services.tidy()["unused"] == 0

        settings.UPLOADS = settings.UPLOADS | {"retention_days": 30}
        with django_capture_on_commit_callbacks(execute=True):
            assert services.tidy()["unused"] == 1

        assert not storage.exists(old.place)
        assert list(Upload.objects.all()) == [young]

    def test_reading_is_a_use(self, alice: User) -> None:
        upload = keep(alice)
        Upload.objects.update(last_used_at=now() - timedelta(days=31))

        services.read(services.find(alice.pk, upload.pk))

        assert Upload.objects.get().last_used_at > now() - timedelta(minutes=5)


@pytest.mark.django_db
def test_files_go_with_their_owner(
    alice: User, storage: Storage, django_capture_on_commit_callbacks: Any
) -> None:
    upload = keep(alice)

    with django_capture_on_commit_callbacks(execute=True):
        alice.delete()

    assert not storage.exists(upload.place)


@pytest.mark.django_db(transaction=True)
def test_the_same_file_sent_at_once_is_kept_once(alice: User, storage: Storage) -> None:
    gate = Barrier(8, timeout=60)

    def send(_: int) -> Upload:
        gate.wait()
        try:
            return keep(alice)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = {upload.pk for upload in pool.map(send, range(8))}

    [upload] = Upload.objects.all()
    assert found == {upload.pk}
    assert upload.is_whole
    assert storage.listdir(str(alice.pk))[1] == [str(upload.pk)]
