"""Everything that is a person's, in one file, for that person."""

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zipfile import ZipFile

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.utils.timezone import now
from rest_framework.test import APIClient

from accounts import avatars, exports, tidying
from accounts.models import Export, User
from agents.executions.files import RunFiles
from agents.executions.models import Execution
from apikeys import services as keys
from kernel.access import Scope
from tests.integration.access.world import SECRET, World, world
from tests.support.avatars import picture

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
URL = "/api/v1/auth/user/export/"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    paths = type(settings.PATHS)(tmp_path)
    settings.PATHS = paths
    return Path(paths.exports)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(exports, "send", found.append)
    return found


@pytest.fixture
def here() -> World:
    return world()


def made(user: User) -> Export:
    export = exports.ask(user)
    exports.make(export.pk)
    export.refresh_from_db()
    return export


def opened(user: User) -> ZipFile:
    return ZipFile(io.BytesIO(made(user).path.read_bytes()))


def rows(archive: ZipFile, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(archive.read(f"{name}.json"))
    return found


def test_it_has_everything_that_is_there(here: World, bob: User) -> None:
    keys.create(bob, name="bobs", scopes=[])
    run = Execution.objects.get(pk=here.parts["run"])
    RunFiles(run.pk).write(b"a file of the run", name="report.txt")
    archive = opened(here.owner)

    assert archive.testzip() is None
    [user] = rows(archive, "users")
    assert (user["username"], "password" in user) == ("alice", False)
    assert here.parts["agent"] in {one["id"] for one in rows(archive, "agents")}
    versions = rows(archive, "graph_versions")
    assert SECRET in {one["name"] for one in versions}
    assert all(one["document"]["nodes"] for one in versions)
    assert [one["document"]["description"] for one in rows(archive, "drafts")] == [SECRET]
    assert {one["id"] for one in rows(archive, "executions")} == {
        str(pk) for pk in Execution.objects.filter(owner=here.owner).values_list("pk", flat=True)
    }
    nodes = {one["id"] for one in rows(archive, "node_executions")}
    emissions = rows(archive, "emissions")
    assert emissions
    assert {one["node_execution_id"] for one in emissions} <= nodes
    assert [one["name"] for one in rows(archive, "reviews")] == [SECRET]
    assert [one["credential"] for one in rows(archive, "credential_limits")] == [
        "alices-credential"
    ]
    assert [(one["text"], "vector" in one) for one in rows(archive, "passages")] == [
        (SECRET, False)
    ]
    assert [one["name"] for one in rows(archive, "collections")] == [SECRET]
    files = [name for name in archive.namelist() if name.startswith("files/")]
    assert sorted(name.split("/")[1] for name in files) == [
        "avatars",
        "executions",
        "pictures",
        "uploads",
    ]
    contents = {archive.read(name) for name in files}
    assert b"a file of the run" in contents
    assert bytes(here.owner.avatar.content) in contents
    assert "bobs" not in archive.read("api_keys.json").decode()


def test_no_secret_is_in_it(here: World) -> None:
    here.owner.set_password("engine-of-1843")
    here.owner.save()
    issued = keys.create(here.owner, name="another", scopes=[Scope.READ_GRAPH])
    archive = opened(here.owner)

    assert [one["name"] for one in rows(archive, "api_keys")] == [SECRET, "another"]
    text = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")
    for secret in (issued.text, issued.key.digest, here.owner.password):
        assert secret not in text
    assert not re.search(r"pbkdf2|digest\"", archive.read("api_keys.json").decode())


def test_a_few_rows_are_read_at_a_time(here: World) -> None:
    export = exports.ask(here.owner)
    chunks: list[int] = []
    real = QuerySet.iterator

    def iterator(rows: Any, chunk_size: int | None = None) -> Any:
        chunks.append(chunk_size or 0)
        return real(rows, chunk_size)

    with patch.object(QuerySet, "iterator", iterator):
        exports.make(export.pk)

    assert set(chunks) == {20}
    assert len(chunks) > 15


def test_one_asks_waits_and_fetches(alice: User, api: Api, sent: list[Any]) -> None:
    client = api(alice)
    assert client.get(URL).status_code == 404
    asked = client.post(URL)
    assert (asked.status_code, asked.json()["status"], asked.json()["url"]) == (
        202,
        "PENDING",
        None,
    )
    assert client.post(URL).json()["id"] == asked.json()["id"]
    exports.make(asked.json()["id"])
    found = client.get(URL).json()
    answer = client.get(found["url"])

    assert (found["status"], found["url"]) == ("READY", f"{URL}file/")
    assert answer["Content-Disposition"].startswith('attachment; filename="trellis-alice-')
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/zip", "no-store")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert (len(content), answer["Content-Length"]) == (found["size"], str(found["size"]))
    assert rows(ZipFile(io.BytesIO(content)), "users")[0]["id"] == alice.pk


def test_nobody_else_gets_it(alice: User, bob: User, api: Api, keyed: Api) -> None:
    made(alice)

    assert api(bob).get(URL).status_code == 404
    assert api(bob).get(f"{URL}file/").status_code == 404
    assert keyed(alice).get(f"{URL}file/").status_code == 403
    assert api().get(f"{URL}file/").status_code == 401


def test_a_new_one_replaces_the_one_before(alice: User, folder: Path) -> None:
    first, second = made(alice), made(alice)

    assert first.pk != second.pk
    assert [path.name for path in folder.iterdir()] == [f"{second.pk}.zip"]


def test_a_task_that_arrives_twice_writes_one(alice: User, folder: Path) -> None:
    export = made(alice)
    before = export.path.stat().st_mtime_ns
    exports.make(export.pk)

    assert export.path.stat().st_mtime_ns == before
    assert len(list(folder.iterdir())) == 1


def test_after_a_while_it_is_gone(alice: User, api: Api, folder: Path) -> None:
    made(alice)
    Export.objects.update(expires_at=now() - timedelta(seconds=1))

    assert api(alice).get(f"{URL}file/").status_code == 404
    assert api(alice).get(URL).json()["url"] is None
    assert tidying.tidy()["exports"] == 1
    assert (Export.objects.count(), list(folder.iterdir())) == (0, [])


def test_what_was_lost_is_sent_again(alice: User, sent: list[Any]) -> None:
    export = exports.ask(alice)
    tidying.tidy()
    assert sent == []
    Export.objects.update(created=now() - timedelta(minutes=11))
    tidying.tidy()

    assert sent == [export.pk]


def test_one_that_fails_says_so_and_leaves_nothing(alice: User, folder: Path, api: Api) -> None:
    export = exports.ask(alice)
    with patch("accounts.archive._fill", side_effect=OSError("no space")):
        exports.make(export.pk)

    assert api(alice).get(URL).json()["status"] == "FAILED"
    assert list(folder.iterdir()) == []
    assert made(alice).status == "READY"


def test_one_that_ends_its_worker_each_time_is_given_up(alice: User) -> None:
    export = exports.ask(alice)
    Export.objects.update(attempts=3)
    exports.make(export.pk)
    export.refresh_from_db()

    assert export.status == "FAILED"


def test_the_page_leads_through_it(alice: User) -> None:
    avatars.change(alice, picture())
    client = Client()
    client.force_login(alice)
    assert "Make an export" in client.get("/account/data/").content.decode()
    client.post("/account/data/")
    assert "It is being made." in client.get("/account/data/").content.decode()
    exports.make(Export.objects.get().pk)
    page = client.get("/account/data/").content.decode()

    assert 'href="/account/data/file/"' in page
    assert client.get("/account/data/file/").status_code == 200
