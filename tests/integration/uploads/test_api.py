"""Files over REST: sent in, listed, fetched and deleted by their owner alone."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.clients import api
from uploads.models import Upload

URL = "/api/v1/files/"


def send(client: APIClient, content: bytes = b"a,b\n1,2\n", name: str = "list.csv") -> Any:
    file = SimpleUploadedFile(name, content, content_type="text/html")
    return client.post(URL, {"file": file}, format="multipart")


@pytest.mark.django_db
class TestSending:
    def test_a_file_is_kept_and_named(self, alice: User) -> None:
        answer = send(api(alice))

        told = answer.json()
        assert answer.status_code == 201
        assert answer["Location"].endswith(f"{URL}{told['id']}/")
        assert told["file_uri"] == f"workspace://{told['id']}/list.csv"
        assert (told["file_name"], told["size"], told["content_type"]) == (
            "list.csv",
            8,
            "text/csv",
        )
        assert Upload.objects.get().owner == alice

    def test_the_same_content_and_name_are_kept_once(self, alice: User) -> None:
        first, second = (send(api(alice)).json() for _ in range(2))

        assert second["id"] == first["id"]
        assert Upload.objects.count() == 1

    def test_another_name_is_another_file(self, alice: User) -> None:
        assert send(api(alice)).json()["id"] != send(api(alice), name="b.csv").json()["id"]

    def test_two_people_s_files_are_apart(self, alice: User, bob: User) -> None:
        assert send(api(alice)).json()["id"] != send(api(bob)).json()["id"]

    def test_an_empty_file_is_a_file(self, alice: User) -> None:
        assert send(api(alice), b"").json()["size"] == 0

    def test_one_that_is_too_large_is_refused_and_nothing_kept(
        self, alice: User, settings: Any
    ) -> None:
        settings.UPLOADS = settings.UPLOADS | {"max_bytes": 1024}

        answer = send(api(alice), b"x" * 1025)

        assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
        assert "1,025 bytes; 1,024 are allowed" in answer.json()["detail"]
        assert Upload.objects.count() == 0

    def test_one_as_large_as_allowed_is_kept(self, alice: User, settings: Any) -> None:
        settings.UPLOADS = settings.UPLOADS | {"max_bytes": 1024}

        assert send(api(alice), b"x" * 1024).status_code == 201

    def test_a_large_one_comes_through_a_file_of_django_s(self, alice: User) -> None:
        content = b"0123456789abcdef" * 200_000  # beyond what Django keeps in memory

        made = send(api(alice), content).json()

        assert api(alice).get(f"{URL}{made['id']}/content/").content == content

    @pytest.mark.parametrize("form", [{}, {"other": "x"}, {"file": "a text"}])
    def test_a_form_without_a_file_is_refused(self, alice: User, form: dict[str, str]) -> None:
        answer = api(alice).post(URL, form, format="multipart")

        assert (answer.status_code, answer.json()["code"]) == (400, "file_missing")
        assert Upload.objects.count() == 0

    def test_two_files_at_once_are_refused(self, alice: User) -> None:
        files = [SimpleUploadedFile(name, b"x") for name in ("a", "b")]
        answer = api(alice).post(URL, {"file": files}, format="multipart")

        assert (answer.status_code, answer.json()["code"]) == (400, "file_missing")
        assert Upload.objects.count() == 0

    def test_a_broken_form_is_refused(self, alice: User) -> None:
        answer = api(alice).post(URL, b"--x\r\nnonsense", content_type="multipart/form-data")

        assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")

    def test_a_name_with_folders_loses_them(self, alice: User) -> None:
        assert send(api(alice), name="../../x/evil.sh").json()["file_name"] == "evil.sh"


@pytest.mark.django_db
class TestFetching:
    def test_the_owner_sees_it(self, alice: User) -> None:
        made = send(api(alice)).json()

        assert api(alice).get(f"{URL}{made['id']}/").json() == made
        assert api(alice).get(URL).json()["results"] == [made]

    @pytest.mark.parametrize("rest", ["", "content/"])
    def test_nobody_else_does(self, alice: User, bob: User, rest: str) -> None:
        made = send(api(alice)).json()

        assert api(bob).get(f"{URL}{made['id']}/{rest}").status_code == 404
        assert api().get(f"{URL}{made['id']}/{rest}").status_code == 401
        assert api(bob).get(URL).json()["results"] == []

    def test_whatever_is_in_it_no_browser_opens_it(self, alice: User) -> None:
        made = send(api(alice), b"<script>alert(1)</script>", "page.html").json()

        answer = api(alice).get(f"{URL}{made['id']}/content/")

        assert answer.content == b"<script>alert(1)</script>"
        assert answer["Content-Type"] == "text/plain"
        assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]

    def test_one_whose_content_is_gone_says_so(self, alice: User) -> None:
        made = send(api(alice)).json()
        from django.core.files.storage import storages

        storages["uploads"].delete(f"{alice.pk}/{made['id']}")

        answer = api(alice).get(f"{URL}{made['id']}/content/")

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.django_db
class TestDeleting:
    def test_it_is_gone_with_its_content(
        self, alice: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        from django.core.files.storage import storages

        made = send(api(alice)).json()
        place = f"{alice.pk}/{made['id']}"
        assert storages["uploads"].exists(place)

        with django_capture_on_commit_callbacks(execute=True):
            answer = api(alice).delete(f"{URL}{made['id']}/")

        assert answer.status_code == 204
        assert not storages["uploads"].exists(place)
        assert Upload.objects.count() == 0
        assert api(alice).delete(f"{URL}{made['id']}/").status_code == 404

    def test_nobody_else_deletes_it(self, alice: User, bob: User) -> None:
        made = send(api(alice)).json()

        assert api(bob).delete(f"{URL}{made['id']}/").status_code == 404
        assert Upload.objects.get().is_whole
