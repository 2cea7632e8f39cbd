"""The life of a key: it expires, is suspended and resumed, and ends; and so do those that it made."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from accounts.models import User
from apikeys import services
from apikeys.models import ApiKey
from kernel.access import Scope
from tests.support.apikeys import Holder, key

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(alice: User) -> Holder:
    return key(alice, name="manager")[1]


class TestExpiry:
    def test_a_key_works_until_it_expires(self, alice: User) -> None:
        row, holder = key(alice, expires_at=now() + timedelta(hours=1))
        assert holder.comes_in

        ApiKey.objects.filter(pk=row.pk).update(expires_at=now())

        assert not holder.comes_in

    def test_an_expired_key_is_not_noted_as_used(self, alice: User) -> None:
        row, holder = key(alice, expires_at=now() + timedelta(hours=1))
        ApiKey.objects.filter(pk=row.pk).update(expires_at=now())

        assert holder.refusal("get", "flags/") == (401, "invalid_api_key")

        assert ApiKey.objects.get(pk=row.pk).last_used_at is None

    def test_a_moment_that_has_passed_is_refused(self, alice: User, manager: Holder) -> None:
        body = {"name": "late", "permissions": [], "expires_at": "2020-01-01T00:00:00Z"}

        assert manager.refusal("post", "api-keys/", body) == (400, "invalid")

        assert not ApiKey.objects.filter(name="late").exists()

    def test_the_grace_of_a_rotation_does_not_outlive_the_key(self, alice: User) -> None:
        row, old = key(alice, expires_at=now() + timedelta(hours=1))
        new = Holder(services.rotate(row, grace=timedelta(days=1)).text)

        ApiKey.objects.update(expires_at=now())

        assert (old.comes_in, new.comes_in) == (False, False)


class TestSuspension:
    def test_a_suspended_key_opens_nothing_until_it_is_resumed(
        self, alice: User, manager: Holder
    ) -> None:
        row, holder = key(alice)

        status, answer = manager.ask("post", f"api-keys/{row.pk}/suspend/", {})
        assert (status, answer["status"], holder.comes_in) == (200, "SUSPENDED", False)

        status, answer = manager.ask("post", f"api-keys/{row.pk}/resume/", {})
        assert (status, answer["status"], holder.comes_in) == (200, "ACTIVE", True)

    def test_each_may_be_done_twice(self, alice: User, manager: Holder) -> None:
        row, holder = key(alice)

        for verb, comes_in in (("suspend", False), ("resume", True)):
            for _ in range(2):
                assert manager.ask("post", f"api-keys/{row.pk}/{verb}/", {})[0] == 200
                assert holder.comes_in is comes_in

    def test_with_a_key_all_that_it_made_are_suspended(self, alice: User) -> None:
        parent, _ = key(alice, name="parent")
        child, of_child = key(alice, name="child", by=parent)
        _, of_grandchild = key(alice, name="grandchild", by=child)
        _, of_other = key(alice, name="other")

        services.suspend(parent)

        assert [one.comes_in for one in (of_child, of_grandchild, of_other)] == [False, False, True]

    def test_a_suspended_key_cannot_resume_itself(self, alice: User) -> None:
        row, holder = key(alice)
        services.suspend(row)

        assert holder.refusal("post", f"api-keys/{row.pk}/resume/", {}) == (401, "invalid_api_key")

        assert ApiKey.objects.get().status == ApiKey.Status.SUSPENDED

    def test_a_key_that_has_expired_stays_so_when_it_is_resumed(self, alice: User) -> None:
        row, holder = key(alice, expires_at=now() + timedelta(hours=1))
        services.suspend(row)
        ApiKey.objects.update(expires_at=now())

        services.resume(row)

        assert not holder.comes_in


class TestRevocation:
    def test_a_revoked_key_ends_with_all_that_it_made_and_stays_in_the_list(
        self, alice: User, manager: Holder
    ) -> None:
        parent, of_parent = key(alice, name="parent")
        _, of_child = key(alice, name="child", by=parent)

        assert manager.ask("delete", f"api-keys/{parent.pk}/") == (204, None)

        assert (of_parent.comes_in, of_child.comes_in) == (False, False)
        _, answer = manager.ask("get", "api-keys/")
        states = {one["name"]: one["status"] for one in answer["results"]}
        assert states == {"manager": "ACTIVE", "parent": "REVOKED", "child": "REVOKED"}

    @pytest.mark.parametrize("verb", ["suspend", "resume", "rotate"])
    def test_nothing_brings_it_back(self, alice: User, manager: Holder, verb: str) -> None:
        row, holder = key(alice)
        services.revoke(row)

        refusal = manager.refusal("post", f"api-keys/{row.pk}/{verb}/", {})

        assert refusal == (409, "key_revoked")
        assert not holder.comes_in

    def test_revoking_again_changes_nothing(self, alice: User, manager: Holder) -> None:
        row, _ = key(alice)
        moment = services.revoke(row).revoked_at

        assert manager.ask("delete", f"api-keys/{row.pk}/") == (204, None)

        row.refresh_from_db()
        assert row.revoked_at == moment

    def test_a_key_may_end_itself(self, alice: User) -> None:
        row, holder = key(alice)

        assert holder.ask("delete", f"api-keys/{row.pk}/") == (204, None)

        assert not holder.comes_in

    def test_nobody_else_s_key_can_be_touched(self, alice: User, bob: User) -> None:
        row, holder = key(alice)
        _, of_bob = key(bob)

        for method, path in (
            ("get", ""),
            ("patch", ""),
            ("delete", ""),
            ("put", "permissions/"),
            *(("post", f"{verb}/") for verb in ("suspend", "resume", "rotate")),
        ):
            refusal = of_bob.refusal(method, f"api-keys/{row.pk}/{path}", {})
            assert refusal == (404, "not_found")

        assert holder.comes_in


class TestCounts:
    def test_a_person_has_so_many_keys_and_revoked_ones_do_not_count(
        self, alice: User, manager: Holder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services, "MOST_KEYS", 2)
        row, _ = key(alice)
        body = {"name": "third", "permissions": ["READ_GRAPH"]}

        assert manager.refusal("post", "api-keys/", body) == (409, "too_many_keys")
        assert ApiKey.objects.count() == 2

        services.revoke(row)
        assert manager.ask("post", "api-keys/", body)[0] == 201

    def test_two_living_keys_of_one_name_are_refused(self, alice: User, manager: Holder) -> None:
        key(alice, name="ci")
        body = {"name": "ci", "permissions": []}

        assert manager.refusal("post", "api-keys/", body) == (409, "key_name_taken")

        assert ApiKey.objects.filter(name="ci").count() == 1

    def test_a_key_with_no_scope_is_somebody_and_opens_nothing(
        self, alice: User, manager: Holder
    ) -> None:
        _, answer = manager.ask("post", "api-keys/", {"name": "bare", "permissions": []})
        bare = Holder(answer["plain_text_key"])

        assert bare.comes_in
        for path in ("graphs/", "executions/", "blocks/", "auth/user/", "api-keys/"):
            assert bare.refusal("get", path) == (403, "missing_scope")

    def test_an_unknown_scope_is_refused_by_name(self, manager: Holder) -> None:
        _, answer = manager.ask("post", "api-keys/", {"name": "x", "permissions": ["ROOT"]})

        assert "ROOT" in str(answer["errors"])
        assert not ApiKey.objects.filter(name="x").exists()

    def test_a_scope_that_this_release_does_not_know_allows_nothing(self, alice: User) -> None:
        row, holder = key(alice, Scope.READ_GRAPH)
        ApiKey.objects.filter(pk=row.pk).update(scopes=["READ_GRAPH", "FLY"])

        assert holder.ask("get", "graphs/")[0] == 200
        row.refresh_from_db()
        assert row.grant.scopes == {Scope.READ_GRAPH}
