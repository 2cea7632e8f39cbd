"""API keys: issued, replaced, revoked, kept in a file, and sent in a header."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.services import ensure_first_user
from apikeys.local import local_key
from apikeys.models import ApiKey
from apikeys.services import issue, revoke
from apikeys.tokens import split

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.support.probe")]


def whoami(client: Client, key: str) -> tuple[int, str]:
    response = client.get("/api/whoami/", headers={"X-API-Key": key})
    body = response.json()
    return response.status_code, body if response.status_code == 200 else body["code"]


def test_a_key_opens_the_api_for_its_user(client: Client, alice: User, bob: User) -> None:
    assert whoami(client, issue(alice)) == (200, "alice")
    assert whoami(client, issue(bob)) == (200, "bob")


def test_the_key_itself_is_not_kept(alice: User) -> None:
    key = issue(alice)

    [row] = ApiKey.objects.values_list()
    assert key not in [str(value) for value in row]
    token = split(key)
    assert token
    assert ApiKey.objects.get().digest == token.digest


def test_a_new_key_replaces_the_old_one_of_that_name_only(client: Client, alice: User) -> None:
    old, other = issue(alice), issue(alice, name="other")

    new = issue(alice)

    assert whoami(client, old) == (401, "invalid_api_key")
    assert whoami(client, new) == (200, "alice")
    assert whoami(client, other) == (200, "alice")


def test_a_revoked_key_opens_nothing(client: Client, alice: User) -> None:
    key = issue(alice)
    row = ApiKey.objects.get()

    revoke(row)
    assert whoami(client, key) == (401, "invalid_api_key")
    row.refresh_from_db()
    assert row.status == ApiKey.Status.REVOKED
    assert revoke(row).revoked_at == row.revoked_at


def test_the_key_of_an_inactive_user_opens_nothing(client: Client, alice: User) -> None:
    key = issue(alice)
    User.objects.update(is_active=False)

    assert whoami(client, key) == (401, "invalid_api_key")
    assert ApiKey.objects.get().last_used_at is None


@pytest.mark.parametrize(
    "key", ["", "x", "trls_", f"trls_abcd1234_{'x' * 43}", "\0", "ü", "'; drop table"]
)
def test_other_texts_open_nothing(client: Client, alice: User, key: str) -> None:
    response = client.get("/api/whoami/", headers={"X-API-Key": key})

    assert (response.status_code, response.json()["code"]) == (401, "invalid_api_key")
    assert response["WWW-Authenticate"] == 'ApiKey realm="api", Bearer realm="api"'


def test_a_bad_key_is_not_made_up_for_by_a_session(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert client.get("/api/whoami/").json() == "alice"
    assert whoami(client, "x") == (401, "invalid_api_key")


def test_its_last_use_is_noted_once_a_minute(
    client: Client, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = issue(alice)
    with django_assert_num_queries(2):  # find, note
        whoami(client, key)
    first = ApiKey.objects.get().last_used_at

    with django_assert_num_queries(1):
        whoami(client, key)
    assert ApiKey.objects.get().last_used_at == first

    ApiKey.objects.update(last_used_at=now() - timedelta(seconds=61))
    whoami(client, key)
    assert ApiKey.objects.filter(last_used_at__gt=first).exists()


def test_two_keys_of_one_name_cannot_exist(alice: User) -> None:
    issue(alice)

    with pytest.raises(IntegrityError, match="apikey_one_per_user_and_name"), transaction.atomic():
        ApiKey.objects.create(user=alice, name="default", prefix="x", digest="y")


def test_the_name_of_a_revoked_key_is_free_again(client: Client, alice: User) -> None:
    old = issue(alice)
    revoke(ApiKey.objects.get())

    new = issue(alice)

    assert whoami(client, old) == (401, "invalid_api_key")
    assert whoami(client, new) == (200, "alice")
    assert ApiKey.objects.count() == 2


class TestLocalKey:
    def test_the_first_user_s_key_is_kept_for_the_owner_of_the_file_only(
        self, tmp_path: Path, client: Client, alice: User, bob: User
    ) -> None:
        path = tmp_path / "new" / "api_key"

        key = local_key(path)

        assert whoami(client, key) == (200, "alice")
        assert path.read_text() == f"{key}\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(path.parent.iterdir()) == [path]

    def test_it_stays_the_same_while_it_works(self, tmp_path: Path, alice: User) -> None:
        path = tmp_path / "api_key"

        assert local_key(path) == local_key(path)
        assert ApiKey.objects.count() == 1

    @pytest.mark.parametrize("content", ["", "rubbish", "ü", "\0"])
    def test_a_file_that_opens_nothing_is_replaced(
        self, tmp_path: Path, client: Client, alice: User, content: str
    ) -> None:
        path = tmp_path / "api_key"
        path.write_text(content)

        assert whoami(client, local_key(path)) == (200, "alice")

    def test_a_revoked_one_is_replaced(self, tmp_path: Path, client: Client, alice: User) -> None:
        path = tmp_path / "api_key"
        old = local_key(path)
        ApiKey.objects.all().delete()

        new = local_key(path)

        assert new != old
        assert whoami(client, new) == (200, "alice")

    def test_it_leaves_the_user_s_own_key_alone(
        self, tmp_path: Path, client: Client, alice: User
    ) -> None:
        own = issue(alice)
        local_key(tmp_path / "api_key")

        assert whoami(client, own) == (200, "alice")

    @pytest.mark.django_db(transaction=True)
    def test_processes_that_ask_together_get_one_key(self, tmp_path: Path) -> None:
        ensure_first_user()

        def ask(_: int) -> str:
            try:
                return local_key(tmp_path / "api_key")
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as threads:
            keys = set(threads.map(ask, range(4)))

        assert len(keys) == 1
