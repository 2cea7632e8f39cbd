"""Lines outlive people, and what people were called does not outlive them."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from rest_framework.test import APIClient

from accounts import erasure, exports, services
from accounts.models import User
from accounts.tokens import RefreshToken
from apikeys import services as keys
from audit import labels
from audit.actions import Action
from audit.models import Entry
from kernel.access import ALL_SCOPES
from quotas.models import OwnQuota, OwnRate
from tests.support.graphs import calculator
from tests.support.runs import run
from uploads.models import Upload

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "zaphod"
PASSWORD = "engine-of-1843"
BEFORE, AFTER = ("audit", "0001_initial"), ("audit", "0002_forget_names")


@pytest.fixture(autouse=True)
def quiet(servers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(erasure, "send", lambda _: None)
    monkeypatch.setattr(exports, "send", lambda _: None)


@pytest.fixture
def zaphod(db: None) -> User:
    """Somebody whose names all have the same word in them, with a row of each kind staff can see."""
    user = User.objects.create_user(
        NAME, f"{NAME}@example.org", PASSWORD, first_name=NAME, last_name=NAME
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    SocialAccount.objects.create(
        user=user, provider="openid", uid=NAME, extra_data={"preferred_username": NAME}
    )
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    OwnQuota.objects.create(user=user)
    OwnRate.objects.create(user=user, kind="reads", rate="5/minute")
    RefreshToken.for_user(user)
    return user


@pytest.fixture
def root(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def lives(user: User) -> None:
    """Do a bit of everything that leaves lines."""
    client = Client()
    client.post("/sign-in/", {"login": NAME, "password": "wrong"})
    client.post("/sign-in/", {"login": user.email, "password": PASSWORD})
    client.force_login(user)
    run(user, calculator("Sum"), Input=1)
    keys.create(user, name="robot", scopes=ALL_SCOPES)
    exports.ask(user)
    services.sign_out_everywhere(user)


def is_looked_after(user: User, root: Client) -> None:
    """Have staff change and delete what belongs to the person."""
    for row in (
        *(EmailAddress.objects.get(user=user), SocialAccount.objects.get(user=user)),
        *(OwnQuota.objects.get(user=user), OwnRate.objects.get(user=user)),
    ):
        app, model = row._meta.app_label, row._meta.model_name
        answer = root.post(
            f"/admin/{app}/{model}/",
            {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
        )
        assert answer.status_code == 302, (model, answer.content)
    url = f"/admin/accounts/user/{user.pk}/password/"
    body = {"password1": f"{PASSWORD}!", "password2": f"{PASSWORD}!", "usable_password": "true"}
    assert root.post(url, body).status_code == 302


def rows_of(model: Any) -> Iterator[str]:
    """Yield every row of the model, with all its columns."""
    return (repr(row) for row in model.objects.order_by("pk").values())


def test_no_line_has_a_name_of_somebody_who_was_erased(zaphod: User, root: Client) -> None:
    lives(zaphod)
    is_looked_after(zaphod, root)
    lines = Entry.objects.count()
    told = set(Entry.objects.filter(owner_id=zaphod.pk).values_list("action", flat=True))

    erasure.begin(zaphod)
    assert erasure.go_on(zaphod.pk)

    assert {
        *("account.sign_in_failed", "account.signed_in", "account.signed_out_everywhere"),
        *("account.exported", "key.created", "run.started", "staff.changed", "staff.deleted"),
    } <= told
    assert Entry.objects.count() == lines + 2  # signed out everywhere, erased
    assert [row for row in rows_of(Entry) if NAME in row.casefold()] == []
    assert LogEntry.objects.count() == 5
    assert [row for row in rows_of(LogEntry) if NAME in row.casefold()] == []


def test_a_line_says_what_an_account_is_called_for_as_long_as_it_is_there(zaphod: User) -> None:
    reader = APIClient()
    reader.force_authenticate(User.objects.create_superuser("root"))
    services.sign_out_everywhere(zaphod)

    def told() -> list[tuple[str, str]]:
        lines = reader.get("/api/v1/audit/", {"object_type": "accounts.user"}).json()["results"]
        return [(one["object_id"], one["object_label"]) for one in lines]

    assert told() == [(str(zaphod.pk), NAME)]
    User.objects.filter(pk=zaphod.pk).update(username="beeblebrox")
    assert told() == [(str(zaphod.pk), "beeblebrox")]
    number = str(zaphod.pk)
    zaphod.delete()
    assert told() == [(number, "")]


def test_the_thing_of_an_account_is_not_called_as_its_owner_where_it_is_another(
    zaphod: User, alice: User
) -> None:
    line = Entry(object_type="accounts.user", object_id=str(alice.pk), owner=zaphod)

    assert line.label == ""


def test_names_that_people_give_their_things_are_kept(zaphod: User) -> None:
    key = keys.create(zaphod, name="robot", scopes=ALL_SCOPES).key
    upload = Upload(owner=zaphod, name="week.txt")

    assert [labels.label_of(row) for row in (key, upload, zaphod)] == ["robot", "week.txt", ""]


def test_lines_of_earlier_releases_lose_the_names_and_nothing_else(zaphod: User) -> None:
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    try:
        executor.migrate([BEFORE])
        kept = {"action": Action.SIGNED_IN, "via": "session", "owner": zaphod}
        named = Entry.objects.create(**kept, object_type="accounts.user", object_label=NAME)
        agent = Entry.objects.create(**kept, object_type="graphs.agent", object_label="Sum")
    finally:
        MigrationExecutor(connection).migrate(latest)

    lines = {row["id"]: row for row in Entry.objects.values()}
    assert (lines[named.pk]["object_label"], lines[agent.pk]["object_label"]) == ("", "Sum")
    assert lines[named.pk]["created"] == named.created
    with pytest.raises(Exception, match="UPDATE is refused"):
        Entry.objects.filter(pk=agent.pk).update(object_label="")
