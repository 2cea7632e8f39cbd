"""Somebody leaves: everything goes, and nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db.models import Model
from django.test import Client
from rest_framework.test import APIClient

from accounts import erasure, exports, holdings
from accounts.holdings import Holding
from accounts.models import User
from accounts.tokens import RefreshToken
from agents.executions.files import RunFiles
from agents.executions.models import Execution
from apikeys import services as keys
from kernel.access import ALL_SCOPES
from tests.factories.accounts import UserFactory
from tests.integration.access.world import World, world
from tests.integration.accounts.conftest import PASSWORD
from tests.support.graphs import calculator
from tests.support.runs import run

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
URL = "/api/v1/auth/user/delete/"


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What would be sent to workers: the person, each time."""
    found: list[int] = []
    monkeypatch.setattr(erasure, "send", lambda person, **_: found.append(person))
    monkeypatch.setattr(exports, "send", lambda _: None)
    return found


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.PATHS = type(settings.PATHS)(tmp_path)
    return tmp_path


def going() -> list[Holding]:
    """Return what goes with its person."""
    return [one for one in holdings.everything() if one.erase is not holdings.stays]


def left_of(person: int) -> dict[str, int]:
    """Return how many rows of each kind there are of the person."""
    found = {one.model._meta.label: one.rows(person).count() for one in going()}
    return {label: count for label, count in found.items() if count}


def everything() -> dict[type[Model], int]:
    return {one.model: one.model._base_manager.count() for one in going()}


@pytest.fixture
def here() -> World:
    """Alice has something of each kind, and a run that waits for her."""
    found = world()
    RunFiles(Execution.objects.filter(owner=found.owner)[0].pk).write(b"x", name="x.txt")
    exports.make(exports.ask(found.owner).pk)
    RefreshToken.for_user(found.owner)
    Client().force_login(found.owner)
    return found


def test_nothing_is_left_and_nobody_else_lost_anything(folder: Path, sent: list[int]) -> None:
    bob = UserFactory.create(username="bob")
    run(bob, calculator("Bob's"), Input=1)
    keys.create(bob, name="bobs", scopes=ALL_SCOPES)
    before = everything()
    here = world()
    RunFiles(Execution.objects.filter(owner=here.owner)[0].pk).write(b"x", name="x.txt")
    exports.make(exports.ask(here.owner).pk)
    assert len(left_of(here.owner.pk)) >= 15

    erasure.begin(here.owner)
    assert [erasure.go_on(here.owner.pk), left_of(here.owner.pk)] == [True, {}]
    assert not User.objects.filter(username="alice").exists()
    for other in User.objects.filter(username__in=["carol", "maker"]):  # whose agents she had
        erasure.begin(other)
        assert erasure.go_on(other.pk)
    staff_s = {"auth.Group", "accounts.User"}
    after = everything()
    assert {m._meta.label: n for m, n in after.items() if m._meta.label not in staff_s} == {
        m._meta.label: n for m, n in before.items() if m._meta.label not in staff_s
    }
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_the_account_is_closed_at_once(alice: User, api: Api, keyed: Api) -> None:
    alice.set_password(PASSWORD)
    alice.save()
    key, token = keyed(alice), APIClient()
    token.credentials(HTTP_AUTHORIZATION=f"Bearer {RefreshToken.for_user(alice).access_token}")
    browser = Client()
    browser.force_login(alice)
    body = {"username": "alice", "password": PASSWORD}
    assert token.post(URL, body).status_code == 202

    assert key.get("/api/v1/auth/user/").status_code == 401
    assert token.get("/api/v1/auth/user/").status_code == 401
    assert browser.get("/agents/").status_code == 302
    assert Client().post("/sign-in/", {"login": "alice", "password": PASSWORD}).status_code == 200


def test_the_person_is_told(ada: User, api: Api) -> None:
    api(ada).post(URL, {"username": "ada", "password": PASSWORD})

    [message] = mail.outbox
    assert (message.to, message.subject) == (
        ["ada@example.org"],
        "[Trellis] Your account is being deleted",
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"username": "ada"}, 403, "proof_required"),
        ({"username": "ada", "password": "wrong"}, 403, "wrong_password"),
        ({"username": "alice", "password": PASSWORD}, 400, "username_differs"),
    ],
)
def test_without_a_proof_nothing_happens(
    body: dict[str, str], status: int, code: str, ada: User, api: Api
) -> None:
    answer = api(ada).post(URL, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    ada.refresh_from_db()
    assert (ada.is_active, ada.erasing_at) == (True, None)


def test_a_key_cannot_do_it(ada: User, keyed: Api) -> None:
    answer = keyed(ada).post(URL, {"username": "ada", "password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (403, "people_only")


def test_the_last_administrator_stays(api: Api) -> None:
    first, second = (
        User.objects.create_superuser(name, password=PASSWORD) for name in ("first", "second")
    )
    erasure.begin(first)
    answer = api(second).post(URL, {"username": "second", "password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    second.refresh_from_db()
    assert second.is_active


def test_what_runs_is_stopped_and_waited_for(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    live = Execution.objects.filter(owner=here.owner).live()
    assert live.count() == 1
    with monkeypatch.context() as busy:  # a node that does not end at once
        busy.setattr(
            "agents.executions.services.stop_execution",
            lambda pk: live.filter(pk=pk).update(cancel_requested_at=T),
        )
        erasure.begin(here.owner)
        assert not erasure.go_on(here.owner.pk)
        assert User.objects.filter(pk=here.owner.pk).exists()
        assert live.count() == 1
    live.update(cancel_requested_at=None)

    assert erasure.go_on(here.owner.pk)
    assert left_of(here.owner.pk) == {}


T = "2026-01-01T00:00:00Z"


def test_a_crash_between_any_two_steps_is_no_harm(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdings, "BATCH", 1)
    erasure.begin(here.owner)
    steps = 0
    while not erasure.go_on(here.owner.pk, seconds=0.0):  # no time: nothing, or what fits
        steps += 1
        assert not erasure.go_on(here.owner.pk, seconds=-1.0)
        if steps == 3:
            break

    assert erasure.go_on(here.owner.pk)
    assert erasure.go_on(here.owner.pk)
    assert left_of(here.owner.pk) == {}


def test_nobody_is_erased_who_did_not_ask(alice: User) -> None:
    assert erasure.go_on(alice.pk)
    assert User.objects.filter(pk=alice.pk).exists()


def test_asked_twice_it_is_begun_once(ada: User, sent: list[int]) -> None:
    erasure.begin(ada)
    ada.refresh_from_db()
    before = ada.erasing_at
    erasure.begin(ada)
    ada.refresh_from_db()

    assert ada.erasing_at == before


def test_those_who_are_being_erased_are_sent_again_and_nobody_else(
    alice: User, bob: User, ada: User, sent: list[int]
) -> None:
    for person in (alice, ada):
        erasure.begin(person)
    sent.clear()

    erasure.send_again()
    assert sorted(sent) == sorted([alice.pk, ada.pk])
    sent.clear()
    erasure.send_again(most=1)
    assert len(sent) == 1


def test_the_page_asks_for_the_password_and_the_name(ada: User, signed_in: Client) -> None:
    fresh = Client()
    fresh.post("/sign-in/", {"login": "ada", "password": PASSWORD})
    asked = fresh.get("/account/delete/")
    assert (asked.status_code, asked["Location"].split("?")[0]) == (302, "/account/confirm/")

    wrong = signed_in.post("/account/delete/", {"username": "alice"})
    assert (wrong.status_code, "This is not your username." in wrong.content.decode()) == (
        400,
        True,
    )
    ada.refresh_from_db()
    assert ada.is_active
    answer = signed_in.post("/account/delete/", {"username": "ada"}, follow=True)
    assert "Your account is closed, and being deleted." in answer.content.decode()
    ada.refresh_from_db()
    assert not ada.is_active
    erasure.go_on(ada.pk)
    assert not Session.objects.filter(session_key=signed_in.session.session_key).exists()
