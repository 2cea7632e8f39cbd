"""The page of a person's own files, without JavaScript."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from quotas.models import OwnQuota
from tests.integration.webui.conftest import Browse
from uploads import services
from uploads.models import Upload

pytestmark = pytest.mark.django_db
URL = "/account/files/"
UNKNOWN = UUID("00000000-0000-4000-8000-000000000000")


def sent(content: bytes = b"a,b\n1,2\n", name: str = "list.csv") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content, content_type="text/html")}


def kept(owner: User, content: bytes = b"a,b\n1,2\n", name: str = "list.csv") -> Upload:
    return services.keep(owner.pk, ContentFile(content), name=name)


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return re.sub(r"\s+", " ", answer.content.decode())


class TestTheList:
    def test_says_of_each_file_its_name_size_kind_and_dates(
        self, alice: User, browse: Browse
    ) -> None:
        file = kept(alice)
        moments = {"created": datetime(2026, 3, 4, 5, 6, tzinfo=UTC)}
        moments["last_used_at"] = datetime(2026, 7, 8, 9, 10, tzinfo=UTC)
        Upload.objects.filter(pk=file.pk).update(**moments)

        page = text_of(browse(alice).get(URL))

        assert f'href="{URL}{file.pk}/content/"' in page
        for word in ("list.csv", "8 bytes", "text/csv", "4 Mar 2026, 05:06"):
            assert word in page
        assert "8 Jul 2026, 09:10" in page

    def test_has_the_newest_first_and_others_on_further_pages(
        self, alice: User, browse: Browse
    ) -> None:
        for number in range(31):
            kept(alice, name=f"file-{number}.txt")

        first = re.findall(r"file-\d+\.txt</a>", text_of(browse(alice).get(URL)))
        second = re.findall(r"file-\d+\.txt</a>", text_of(browse(alice).get(f"{URL}?page=2")))

        assert first == [f"file-{number}.txt</a>" for number in range(30, 0, -1)]
        assert second == ["file-0.txt</a>"]

    def test_of_others_is_not_seen(self, alice: User, bob: User, browse: Browse) -> None:
        kept(bob, name="secret.txt")

        page = text_of(browse(alice).get(URL))

        assert "secret.txt" not in page
        assert "No file yet." in page

    def test_names_are_text(self, alice: User, browse: Browse) -> None:
        kept(alice, name="&<b>bold.txt")  # `<` becomes `_` when it is kept

        assert "&amp;_b_bold.txt" in text_of(browse(alice).get(URL))

    def test_says_how_much_room_is_taken(self, alice: User, browse: Browse) -> None:
        OwnQuota.objects.create(user=alice, storage_mb=4)
        kept(alice, b"x" * 1_000_000)

        page = text_of(browse(alice).get(URL))

        assert "1 MB of 4 MB" in page
        assert 'value="25"' in page

    def test_says_when_unused_files_go(self, alice: User, browse: Browse, settings: Any) -> None:
        settings.UPLOADS = settings.UPLOADS | {"retention_days": 0}
        assert "is deleted" not in text_of(browse(alice).get(URL))
        settings.UPLOADS = settings.UPLOADS | {"retention_days": 30}

        assert "nobody sent or read for 30 days is deleted" in text_of(browse(alice).get(URL))


class TestSending:
    def test_a_file_is_kept_and_listed(self, alice: User, browse: Browse) -> None:
        page = text_of(browse(alice).post(URL, sent(), follow=True))

        file = Upload.objects.get()
        assert (file.owner, file.name, file.size) == (alice, "list.csv", 8)
        assert "“list.csv” is one of your files." in page
        assert f"{file.pk}/delete/" in page

    def test_nothing_chosen_is_told(self, alice: User, browse: Browse) -> None:
        assert "Choose a file." in text_of(browse(alice).post(URL, {}), 400)

    def test_what_is_too_large_is_told_and_not_kept(
        self, alice: User, browse: Browse, settings: Any
    ) -> None:
        settings.UPLOADS = settings.UPLOADS | {"max_bytes": 1024}

        page = text_of(browse(alice).post(URL, sent(b"x" * 1025)), 400)

        assert "The file is larger than 1 KB, the most that is taken." in page
        assert not Upload.objects.exists()

    def test_what_finds_no_room_is_told_and_not_kept(self, alice: User, browse: Browse) -> None:
        OwnQuota.objects.create(user=alice, storage_mb=1)

        page = text_of(browse(alice).post(URL, sent(b"x" * 1_000_001)), 400)

        assert "and 1 MB more would be too much" in page
        assert not Upload.objects.exists()


class TestOneFile:
    def test_is_fetched_and_never_opened(self, alice: User, browse: Browse) -> None:
        file = kept(alice, b"<script>alert(1)</script>", "page.html")

        answer = browse(alice).get(f"{URL}{file.pk}/content/")

        assert answer.content == b"<script>alert(1)</script>"
        assert answer["Content-Type"] == "text/plain"
        assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
        assert answer["Content-Security-Policy"].startswith("default-src 'none'; sandbox")

    def test_is_deleted_after_a_question(
        self, alice: User, browse: Browse, django_capture_on_commit_callbacks: Any
    ) -> None:
        file, client = kept(alice), browse(alice)
        address = f"{URL}{file.pk}/delete/"

        assert "Delete “<bdi>list.csv</bdi>”?" in text_of(client.get(address))
        assert Upload.objects.filter(pk=file.pk).exists()
        with django_capture_on_commit_callbacks(execute=True):
            page = text_of(client.post(address, follow=True))

        assert "“list.csv” is deleted." in page
        assert not Upload.objects.exists()
        assert client.post(address).status_code == 404

    @pytest.mark.parametrize("what", ["content", "delete"])
    def test_of_somebody_else_is_not_there(
        self, alice: User, bob: User, browse: Browse, what: str
    ) -> None:
        theirs, client = kept(bob), browse(alice)

        for pk in (theirs.pk, UNKNOWN):
            assert client.get(f"{URL}{pk}/{what}/").status_code == 404
        assert client.post(f"{URL}{theirs.pk}/delete/").status_code == 404
        assert Upload.objects.get().is_whole
