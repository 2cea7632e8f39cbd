"""Who may read which lines: in the API, on the page, and in the administration."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from audit.actions import Action
from audit.models import Entry
from kernel.access import Scope
from tests.support.clients import keyed

pytestmark = pytest.mark.django_db
URL = "/api/v1/audit/"
Api = Callable[..., APIClient]


def line(owner: User | None, action: str = Action.KEY_CREATED, **fields: Any) -> Entry:
    values = {"actor": owner, "via": "session", "address": "203.0.113.7", "request_id": "r1"}
    return Entry.objects.create(owner=owner, action=action, **{**values, **fields})


@pytest.fixture
def auditor(db: None) -> User:
    """A member of staff who may read the log, and nothing else."""
    user = User.objects.create_user("auditor", is_staff=True)
    user.user_permissions.add(
        Permission.objects.get(content_type__app_label="audit", codename="view_entry")
    )
    return user


def found(client: APIClient, **query: Any) -> list[int]:
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


def test_people_read_their_own_lines_newest_first(api: Api, alice: User, bob: User) -> None:
    first, second = line(alice), line(alice)
    line(bob)
    line(None)

    assert found(api(alice)) == [second.pk, first.pk]


def test_what_another_did_is_told_without_who_and_where(api: Api, alice: User, bob: User) -> None:
    line(alice, actor=bob, credential="trls_x", details={"why": "asked to"})

    [shown] = api(alice).get(URL).json()["results"]

    assert shown["by_another"] is True
    hidden = ("actor", "actor_id", "address", "credential", "credential_id", "request_id")
    assert [shown[name] for name in hidden] == ["", None, None, "", "", ""]
    assert shown["details"] == {"why": "asked to"}
    assert found(api(alice), actor=bob.pk) == []
    assert found(api(alice), request_id="r1") == []


def test_staff_with_the_right_read_everybody_s(
    api: Api, alice: User, bob: User, auditor: User
) -> None:
    lines = [line(alice, actor=bob), line(bob)]

    assert found(api(auditor)) == [one.pk for one in reversed(lines)]
    assert found(api(auditor), owner=alice.pk) == [lines[0].pk]
    assert found(api(auditor), actor=bob.pk) == [lines[1].pk, lines[0].pk]
    shown = api(auditor).get(URL).json()["results"][1]
    assert (shown["actor"], shown["address"]) == ("bob", "203.0.113.7")


def test_staff_without_the_right_read_their_own(api: Api, alice: User) -> None:
    line(alice)
    staff = User.objects.create_user("staff", is_staff=True)

    assert found(api(staff)) == []


def test_the_key_of_an_auditor_reads_the_auditor_s_own(alice: User, auditor: User) -> None:
    line(alice)
    client = keyed(auditor)

    assert found(client) == list(
        Entry.objects.filter(owner=auditor).order_by("-pk").values_list("pk", flat=True)
    )


def test_a_query_chooses(api: Api, alice: User) -> None:
    key = line(alice, object_type="apikeys.apikey", object_id="7")
    failed = line(alice, Action.SIGN_IN_FAILED, outcome="refused", actor=None)
    client = api(alice)

    assert found(client, action="key.") == [key.pk]
    assert found(client, action="key") == []
    assert found(client, action="account.sign_in_failed") == [failed.pk]
    assert found(client, outcome="refused") == [failed.pk]
    assert found(client, object_type="apikeys.apikey", object_id="7") == [key.pk]
    assert found(client, created_before=key.created.isoformat()) == []
    assert found(client, created_after=failed.created.isoformat()) == [failed.pk]


@pytest.mark.parametrize(
    "query", [{"created_after": "tomorrow"}, {"owner": "me"}, {"outcome": "odd"}]
)
def test_a_query_that_cannot_be_read_is_refused(api: Api, alice: User, query: Any) -> None:
    answer = api(alice).get(URL, query)

    assert answer.status_code == 400
    assert [one["attr"] for one in answer.json()["errors"]] == list(query)


def test_pages_follow_one_another(api: Api, alice: User) -> None:
    lines = [line(alice).pk for _ in range(5)]
    client, seen, url = api(alice), [], f"{URL}?page_size=2"
    while url:
        body = client.get(url).json()
        seen += [one["id"] for one in body["results"]]
        url = body["next"]

    assert seen == lines[::-1]


def test_the_page_shows_own_lines_and_nobody_else_s(alice: User, bob: User) -> None:
    line(alice, object_label="Alice's robot", credential="trls_alice")
    line(alice, Action.RUN_STOPPED, actor=bob, object_label="Sum", address="198.51.100.9")
    line(bob, object_label="Bob's robot")
    client = Client()
    client.force_login(alice)

    page = client.get("/account/activity/").content.decode()

    assert "Alice&#x27;s robot" in page
    assert "trls_alice" in page
    assert "203.0.113.7" in page
    assert "by staff" in page
    assert "198.51.100.9" not in page
    assert "Bob" not in page
    assert "Alice&#x27;s robot" not in client.get("/account/activity/?kind=run.").content.decode()


@pytest.fixture
def office(auditor: User) -> Client:
    client = Client()
    client.force_login(auditor)
    return client


def test_the_administration_lists_and_searches(office: Client, alice: User, bob: User) -> None:
    line(alice, object_label="automaton")
    line(bob, Action.RUN_STARTED, object_label="Bob's sum")
    url = "/admin/audit/entry/"

    assert b"automaton" in office.get(url).content
    found = office.get(url, {"q": "alice"}).content
    assert b"automaton" in found
    assert b"Bob" not in found
    assert b"automaton" not in office.get(url, {"action": "run.started"}).content


def test_nobody_changes_a_line_in_the_administration(alice: User) -> None:
    kept = line(alice)
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    url = f"/admin/audit/entry/{kept.pk}/"

    assert client.get(f"{url}change/").status_code == 200
    assert client.post(f"{url}change/", {"action": "x"}).status_code == 403
    assert client.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/audit/entry/add/").status_code == 403
    assert Entry.objects.get(pk=kept.pk).action == Action.KEY_CREATED


def test_an_export_is_a_table_without_formulas_and_is_itself_a_line(
    office: Client, auditor: User, alice: User
) -> None:
    chosen = line(alice, object_label="=HYPERLINK(1)")
    line(alice, object_label="left out")

    answer = office.post(
        "/admin/audit/entry/", {"action": "export_lines", "_selected_action": [chosen.pk]}
    )

    text = b"".join(answer).decode()
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["action"], row["actor"], row["owner"]) == ("key.created", "alice", "alice")
    assert row["object_label"] == "'=HYPERLINK(1)"
    assert Entry.objects.filter(action=Action.LOG_EXPORTED, actor=auditor).count() == 1


def test_what_staff_change_has_a_line(alice: User) -> None:
    root = User.objects.create_superuser("root")
    client = Client()
    client.force_login(root)
    body = {"user": alice.pk, "kind": "reads", "rate": "5/minute"}
    url = "/admin/quotas/ownrate/"

    assert client.post(f"{url}add/", body).status_code == 302
    from quotas.models import OwnRate

    rate = OwnRate.objects.get()
    assert client.post(f"{url}{rate.pk}/change/", {**body, "rate": "6/minute"}).status_code == 302
    chosen = {"action": "delete_selected", "_selected_action": [rate.pk], "post": "yes"}
    assert client.post(url, chosen).status_code == 302

    lines = Entry.objects.filter(object_type="quotas.ownrate").order_by("pk")
    assert [one.action for one in lines] == ["staff.added", "staff.changed", "staff.deleted"]
    assert {(one.actor_id, one.owner_id, one.object_id) for one in lines} == {
        (root.pk, alice.pk, str(rate.pk))
    }
    assert lines[1].details == {"changes": "Changed Rate."}


def test_a_change_that_fails_half_way_has_none(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root"))

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("django.contrib.auth.admin.UserAdmin.delete_queryset", fails)
    chosen = {"action": "delete_selected", "_selected_action": [alice.pk], "post": "yes"}

    assert client.post("/admin/accounts/user/", chosen).status_code == 500
    assert User.objects.filter(pk=alice.pk).exists()
    assert not Entry.objects.filter(action=Action.STAFF_DELETED).exists()


def test_scopes_open_the_log_to_keys(alice: User) -> None:
    from apikeys.services import create

    client = APIClient()
    text = create(alice, name="a", scopes=[Scope.READ_GRAPH]).text
    client.credentials(HTTP_X_API_KEY=text)

    assert client.get(URL).json()["code"] == "missing_scope"
