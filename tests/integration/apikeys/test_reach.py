"""A key makes and changes keys that may do no more than itself, and work no longer."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import User
from apikeys.models import ApiKey
from kernel.access import Scope
from tests.support.apikeys import Holder, key

pytestmark = pytest.mark.django_db
BEYOND = (403, "beyond_this_key")
SMALL = (Scope.IDENTITY, Scope.READ_GRAPH)


@pytest.fixture
def small(alice: User) -> Holder:
    return key(alice, *SMALL, name="small")[1]


def test_it_makes_a_key_with_scopes_of_its_own(alice: User, small: Holder) -> None:
    status, answer = small.ask("post", "api-keys/", {"name": "x", "permissions": ["READ_GRAPH"]})

    assert (status, answer["api_key"]["permissions"]) == (201, ["READ_GRAPH"])
    assert answer["api_key"]["made_by"] == ApiKey.objects.get(name="small").pk


def test_it_makes_no_key_with_another_scope(small: Holder) -> None:
    body = {"name": "x", "permissions": ["READ_GRAPH", "WRITE_GRAPH"]}
    status, answer = small.ask("post", "api-keys/", body)

    assert (status, answer["code"]) == BEYOND
    assert "`WRITE_GRAPH`" in answer["detail"]
    assert not ApiKey.objects.filter(name="x").exists()


def test_it_gives_itself_no_other_scope(small: Holder) -> None:
    row = ApiKey.objects.get(name="small")
    body = {"permissions": ["IDENTITY", "READ_GRAPH", "WRITE_GRAPH"]}

    assert small.refusal("put", f"api-keys/{row.pk}/permissions/", body) == BEYOND

    assert sorted(ApiKey.objects.get().scopes) == ["IDENTITY", "READ_GRAPH"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("patch", "", {"name": "mine now"}),
        ("delete", "", {}),
        ("put", "permissions/", {"permissions": []}),
        ("post", "suspend/", {}),
        ("post", "resume/", {}),
        ("post", "rotate/", {}),
    ],
)
def test_it_touches_no_key_that_may_do_more(
    alice: User, small: Holder, method: str, path: str, body: Any
) -> None:
    row, large = key(alice, name="large")
    before = ApiKey.objects.filter(pk=row.pk).values().get()

    assert small.refusal(method, f"api-keys/{row.pk}/{path}", body) == BEYOND

    assert ApiKey.objects.filter(pk=row.pk).values().get() == before
    assert large.comes_in


def test_what_it_makes_does_not_outlive_it(alice: User) -> None:
    until = now() + timedelta(days=1)
    _, mortal = key(alice, *SMALL, name="mortal", expires_at=until)
    for expires in (None, (until + timedelta(seconds=1)).isoformat()):
        body: dict[str, Any] = {"name": "x", "permissions": [], "expires_at": expires}
        assert mortal.refusal("post", "api-keys/", body) == BEYOND
    assert ApiKey.objects.count() == 1

    body["expires_at"] = until.isoformat()
    assert mortal.ask("post", "api-keys/", body)[0] == 201


def test_a_person_is_not_limited(alice: User, api: Any) -> None:
    body = {"name": "x", "permissions": [scope.value for scope in Scope]}

    answer = api(alice).post("/api/v1/api-keys/", body, format="json")

    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    assert Holder(answer.json()["plain_text_key"]).comes_in


def test_no_answer_but_that_of_its_making_and_rotation_has_a_key_s_text(alice: User) -> None:
    row, holder = key(alice)
    secret = holder.text[-43:]  # it may have underscores
    for method, path in (
        ("get", "api-keys/"),
        ("get", f"api-keys/{row.pk}/"),
        ("patch", f"api-keys/{row.pk}/"),
        ("post", f"api-keys/{row.pk}/resume/"),
    ):
        status, answer = holder.ask(method, path, {} if method != "get" else None)
        assert status == 200
        assert secret[:-4] not in str(answer)
        assert row.digest not in str(answer)
