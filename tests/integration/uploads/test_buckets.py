"""Files in a bucket: what people keep and what runs write, over S3 as a real client speaks it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils.timezone import now
from rest_framework.test import APIClient

from accounts.holdings import Progress
from accounts.models import User
from agents.executions import files, purging, storage
from agents.executions.bucket import Bucket
from agents.executions.files import RunFiles
from agents.executions.models import RunStorage
from agents.executions.retention import Ages
from blocks.sdk import BlockError, TransientBlockError
from config.env import ConfigurationError
from config.files import bucket_storages
from launcher.cli.examinations import machine
from launcher.cli.examinations.verdicts import Status, ok
from quotas.storage import storage_of
from tests.support.buckets import NAME, Server, s3_server
from tests.support.graphs import calculator
from tests.support.purging import age
from tests.support.runs import run_to_end, start
from uploads import held, services
from uploads.errors import StorageUnavailable
from uploads.models import Upload

Api = Callable[..., APIClient]
KEYS = {"access_key": "test", "secret_key": "test", "region": "us-east-1"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with s3_server() as found:
        yield found


def use(settings: Any, endpoint: str) -> None:
    given = bucket_storages(NAME, endpoint=endpoint, path_style="path", **KEYS)
    settings.STORAGES = {**django_settings.STORAGES, **given}


@pytest.fixture
def bucket(server: Server, settings: Any) -> Server:
    """The instance keeps files in a bucket, which is empty."""
    for key in server.names():
        server.client.delete_object(Bucket=NAME, Key=key)
    use(settings, server.endpoint)
    return server


@pytest.fixture
def away(bucket: Server, settings: Any) -> None:
    """There is a bucket in the settings, and nobody answers there."""
    use(settings, "http://127.0.0.1:1")


@pytest.mark.django_db
class TestFilesOfPeople:
    def test_file_goes_through_our_views_and_is_nobody_else_s(
        self, api: Api, alice: User, bob: User, bucket: Server
    ) -> None:
        sent = api(alice).post(
            "/api/v1/files/",
            {"file": ContentFile(b"a,b\n1,2\n", "numbers.csv")},
            format="multipart",
        )
        made = sent.json()

        key = f"trellis/uploads/{alice.pk}/{made['id']}"
        assert (bucket.names(), bucket.content(key)) == ([key], b"a,b\n1,2\n")
        answer = api(alice).get(f"/api/v1/files/{made['id']}/content/")
        assert answer.content == b"a,b\n1,2\n"
        assert "127.0.0.1" not in sent.content.decode() + str(answer.headers)
        assert api(bob).get(f"/api/v1/files/{made['id']}/content/").status_code == 404
        grants = bucket.client.get_object_acl(Bucket=NAME, Key=key)["Grants"]
        assert [one["Grantee"]["Type"] for one in grants] == ["CanonicalUser"]

    def test_deleted_file_leaves_the_bucket(
        self, api: Api, alice: User, bucket: Server, django_capture_on_commit_callbacks: Any
    ) -> None:
        upload = services.keep(alice.pk, ContentFile(b"x" * 70), name="a.txt")
        assert storage_of(alice.pk).used == 70

        with django_capture_on_commit_callbacks(execute=True):
            assert api(alice).delete(f"/api/v1/files/{upload.pk}/").status_code == 204

        assert (bucket.names(), storage_of(alice.pk).used) == ([], 0)

    def test_content_that_is_gone_from_the_bucket_is_not_found(
        self, api: Api, alice: User, bucket: Server
    ) -> None:
        upload = services.keep(alice.pk, ContentFile(b"x"), name="a.txt")
        bucket.client.delete_object(Bucket=NAME, Key=bucket.names()[0])

        assert api(alice).get(f"/api/v1/files/{upload.pk}/content/").status_code == 404

    def test_erasure_removes_the_content_before_the_rows(self, alice: User, bucket: Server) -> None:
        for text in (b"1", b"2"):
            services.keep(alice.pk, ContentFile(text), name="a.txt")
        [holding] = [one for one in held_of_uploads() if one.model is Upload]

        assert holding.erase_some(alice.pk) is Progress.DONE
        assert (bucket.names(), Upload.objects.count()) == ([], 0)

    @pytest.mark.usefixtures("away")
    def test_bucket_that_is_away_is_said_and_leaves_no_file(self, api: Api, alice: User) -> None:
        answer = api(alice).post(
            "/api/v1/files/", {"file": ContentFile(b"x", "a.txt")}, format="multipart"
        )

        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
        assert Upload.objects.filter(is_whole=True).count() == 0

    def test_erasure_waits_for_a_bucket_that_is_away(
        self, alice: User, bucket: Server, request: pytest.FixtureRequest
    ) -> None:
        services.keep(alice.pk, ContentFile(b"1"), name="a.txt")
        request.getfixturevalue("away")
        [holding] = [one for one in held_of_uploads() if one.model is Upload]

        assert holding.erase_some(alice.pk) is Progress.WAITS
        assert Upload.objects.count() == 1


def held_of_uploads() -> list[Any]:
    from accounts import holdings

    return [one for one in holdings._holdings if one.erase is held.erase]


class TestFilesOfRuns:
    @pytest.mark.usefixtures("bucket")
    def test_file_is_written_once_and_read_by_its_run_only(self, bucket: Server) -> None:
        run, other = RunFiles(uuid4()), RunFiles(uuid4())

        reference = run.write(b"content", name="a.txt")
        assert run.write(b"content", name="a.txt") == reference

        assert bucket.names() == [f"trellis/runs/{run.execution}/{reference}"]
        assert (run.read(reference), run.size(reference)) == (b"content", 7)
        assert other.size(reference) is None
        with pytest.raises(BlockError, match="This run has no file"):
            other.read(reference)
        with pytest.raises(BlockError, match="This run has no file"):
            run.read(f"../{run.execution}/{reference}")

    def test_all_of_a_run_is_listed_measured_shared_and_discarded(self, bucket: Server) -> None:
        here, there, none = uuid4(), uuid4(), uuid4()
        first = RunFiles(here).write(b"12345", name="a.txt")
        RunFiles(here).write(b"123", name="b.txt")
        place = files.place()

        place.share(here, there)

        assert isinstance(place, Bucket)
        assert place.totals([here, none, there]) == [8, 0, 8]
        assert {name: opened().read() for name, opened in place.each(there)}[first] == b"12345"
        assert {run for run, _ in place.runs()} == {here, there}
        assert all(now() - changed < timedelta(hours=1) for _, changed in place.runs())
        assert place.discard([here, none]) == 1
        assert {run for run, _ in place.runs()} == {there}

    def test_more_files_than_one_answer_lists_are_all_seen_and_removed(
        self, bucket: Server
    ) -> None:
        run = UUID(int=7)
        place = files.place()
        for number in range(1_003):
            key = f"trellis/runs/{run}/{number:064d}"
            bucket.client.put_object(Bucket=NAME, Key=key, Body=b"1")

        assert place.totals([run]) == [1_003]
        assert place.discard([run]) == 1
        assert bucket.names() == []

    def test_what_is_not_a_run_s_is_left_alone(self, bucket: Server) -> None:
        bucket.client.put_object(Bucket=NAME, Key="trellis/runs/readme.txt", Body=b"1")
        bucket.client.put_object(Bucket=NAME, Key="elsewhere", Body=b"1")

        assert list(files.place().runs()) == []

    @pytest.mark.django_db
    def test_purge_removes_files_of_old_runs(self, alice: User, bucket: Server) -> None:
        old, young = (run_to_end(start(alice, calculator(), a=1)) for _ in range(2))
        for run in (old, young):
            RunFiles(run.pk).write(b"content", name="a.txt")
        age(old, days=9)

        report = purging.purge(Ages(rows=5, values=None))

        assert (report.runs, report.folders) == (1, 1)
        assert [run for run, _ in files.place().runs()] == [young.pk]

    @pytest.mark.django_db
    def test_files_count_in_what_their_owner_stores(self, alice: User, bucket: Server) -> None:
        execution = run_to_end(start(alice, calculator(), a=1))
        RunFiles(execution.pk).write(b"0" * 12_345, name="a.txt")

        storage.measure(now() + timedelta(minutes=1))

        assert RunStorage.objects.get(pk=execution.pk).file_bytes == 12_345

    @pytest.mark.usefixtures("away")
    def test_block_is_told_to_try_again_where_the_bucket_is_away(self) -> None:
        run = RunFiles(uuid4())

        with pytest.raises(TransientBlockError, match="The storage of files does not answer"):
            run.write(b"1", name="a.txt")
        with pytest.raises(StorageUnavailable):
            files.place().totals([uuid4() for _ in range(40)])
        assert files.place().discard([uuid4()]) == 0


class TestConfiguration:
    def test_half_of_a_key_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="both S3_ACCESS_KEY_ID and"):
            bucket_storages("b", access_key="a")

    def test_address_without_scheme_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="begins with neither"):
            bucket_storages("b", endpoint="minio:9000")

    def test_doctor_asks_the_bucket(self, bucket: Server) -> None:
        assert machine.files() == ok(f"the bucket {NAME!r} answers")

    @pytest.mark.usefixtures("away")
    def test_doctor_says_that_the_bucket_is_away(self) -> None:
        status, text, _ = machine.files()

        assert status is Status.FAIL
        assert text.startswith(f"the bucket {NAME!r} cannot be used")

    @pytest.mark.usefixtures("bucket")
    def test_no_address_of_a_file_is_public(self) -> None:
        assert "Signature=" in storages["uploads"].url("1/2")
