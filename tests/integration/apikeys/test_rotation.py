"""Rotation: a new text for the same key, and how long the one before it works."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from accounts.models import User
from apikeys.errors import KeyRevoked
from apikeys.models import ApiKey
from apikeys.services import revoke, rotate
from kernel.access import Scope
from tests.support.apikeys import Holder, key

pytestmark = pytest.mark.django_db


def turn(holder: Holder, row: ApiKey, **body: int) -> Holder:
    status, answer = holder.ask("post", f"api-keys/{row.pk}/rotate/", body)
    assert status == 200, answer
    return Holder(answer["plain_text_key"])


def test_without_grace_the_former_text_ends_at_once(alice: User) -> None:
    row, old = key(alice)

    new = turn(old, row)

    assert (old.comes_in, new.comes_in) == (False, True)
    row.refresh_from_db()
    assert (row.old_prefix, row.old_digest, row.old_until) == (None, "", None)
    assert ApiKey.objects.count() == 1


def test_with_grace_both_texts_work_until_it_is_over(alice: User) -> None:
    row, old = key(alice)

    new = turn(old, row, grace_seconds=3600)
    assert (old.comes_in, new.comes_in) == (True, True)

    ApiKey.objects.update(old_until=now() - timedelta(seconds=1))
    assert (old.comes_in, new.comes_in) == (False, True)


def test_the_answer_says_until_when_the_former_text_works(alice: User) -> None:
    row, old = key(alice)
    before = now()

    _, answer = old.ask("post", f"api-keys/{row.pk}/rotate/", {"grace_seconds": 60})

    row.refresh_from_db()
    assert row.old_until is not None
    assert before + timedelta(seconds=60) <= row.old_until <= now() + timedelta(seconds=60)
    shown = answer["api_key"]["previous_text_until"]
    assert shown.startswith(f"{row.old_until:%Y-%m-%dT%H:%M:%S}")


def test_a_text_of_two_rotations_ago_ends_whatever_its_grace(alice: User) -> None:
    row, first = key(alice)
    second = turn(first, row, grace_seconds=3600)

    third = turn(second, row, grace_seconds=3600)

    assert (first.comes_in, second.comes_in, third.comes_in) == (False, True, True)


def test_rotation_keeps_name_scopes_expiry_and_id(alice: User) -> None:
    row, _ = key(alice, Scope.READ_GRAPH, name="ci", expires_at=now() + timedelta(days=3))

    new = rotate(row).key

    for name in ("pk", "name", "scopes", "expires_at", "created", "status"):
        assert getattr(new, name) == getattr(row, name)
    assert (new.prefix, new.digest, new.tail) != (row.prefix, row.digest, row.tail)


def test_the_former_text_does_what_the_key_may_but_manages_no_keys(alice: User) -> None:
    row, old = key(alice)
    turn(old, row, grace_seconds=3600)

    assert old.ask("get", "graphs/")[0] == 200
    assert old.ask("get", "api-keys/")[0] == 200
    for path in (f"api-keys/{row.pk}/rotate/", f"api-keys/{row.pk}/suspend/"):
        assert old.refusal("post", path, {}) == (403, "beyond_this_key")
    assert old.refusal("post", "api-keys/", {"name": "x", "permissions": []}) == (
        403,
        "beyond_this_key",
    )
    assert ApiKey.objects.count() == 1


def test_a_revoked_key_gets_no_new_text(alice: User) -> None:
    row, _ = key(alice)
    revoke(row)
    before = ApiKey.objects.values().get()

    with pytest.raises(KeyRevoked):
        rotate(row)

    assert ApiKey.objects.values().get() == before


def test_revoking_ends_both_texts(alice: User) -> None:
    row, old = key(alice)
    new = turn(old, row, grace_seconds=3600)

    revoke(row)

    assert (old.comes_in, new.comes_in) == (False, False)


@pytest.mark.parametrize("seconds", [-1, 30 * 24 * 3600 + 1, "soon", None])
def test_a_grace_that_cannot_be_is_refused_and_changes_nothing(
    alice: User, seconds: object
) -> None:
    row, holder = key(alice)
    before = ApiKey.objects.values("prefix", "digest", "old_prefix", "old_until").get()

    body = {"grace_seconds": seconds}
    assert holder.refusal("post", f"api-keys/{row.pk}/rotate/", body) == (400, "invalid")

    assert ApiKey.objects.values("prefix", "digest", "old_prefix", "old_until").get() == before
