"""The pages of API keys, without JavaScript."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import User
from apikeys import services
from apikeys.models import ApiKey
from kernel.access import ALL_SCOPES, Scope
from tests.integration.webui.conftest import Browse
from tests.support.apikeys import Holder, key

pytestmark = pytest.mark.django_db
FORM = {"name": "nightly", "description": "The report", "scopes": ["READ_GRAPH"], "days": "30"}


def text_in(answer: Any) -> str:
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    found = re.search(r"trls_\w{8}_[\w-]{43}", answer.content.decode())
    assert found, "The page shows no key."
    return found[0]


def page_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


class TestMaking:
    def test_a_key_is_shown_once_and_does_what_was_chosen(
        self, alice: User, browse: Browse
    ) -> None:
        client = browse(alice)
        before = now()

        text = text_in(client.post("/account/keys/new/", FORM))

        row = ApiKey.objects.get()
        assert (row.user, row.name, row.description) == (alice, "nightly", "The report")
        assert (row.scopes, row.made_by) == (["READ_GRAPH"], None)
        assert row.expires_at is not None
        assert timedelta(days=30) <= row.expires_at - before < timedelta(days=30, minutes=5)
        assert Holder(text).ask("get", "graphs/")[0] == 200
        assert Holder(text).refusal("get", "blocks/") == (403, "missing_scope")
        for address in ("/account/keys/", f"/account/keys/{row.pk}/"):
            page = client.get(address).content.decode()
            assert text not in page
            assert str(row) in page

    def test_it_may_never_expire(self, alice: User, browse: Browse) -> None:
        text_in(browse(alice).post("/account/keys/new/", {**FORM, "days": ""}))

        assert ApiKey.objects.get().expires_at is None

    @pytest.mark.parametrize(
        "wrong", [{"name": ""}, {"name": "x" * 65}, {"scopes": ["ROOT"]}, {"days": "0"}]
    )
    def test_a_wrong_form_makes_nothing_and_keeps_what_was_typed(
        self, alice: User, browse: Browse, wrong: dict[str, Any]
    ) -> None:
        answer = browse(alice).post("/account/keys/new/", {**FORM, **wrong})

        assert answer.status_code == 400
        assert "The report" in answer.content.decode()
        assert not ApiKey.objects.exists()

    def test_a_name_that_is_taken_is_told(self, alice: User, browse: Browse) -> None:
        key(alice, name="nightly")

        answer = browse(alice).post("/account/keys/new/", FORM)

        assert answer.status_code == 400
        assert "You have a key named &#x27;nightly&#x27;" in answer.content.decode()
        assert ApiKey.objects.count() == 1


class TestList:
    def test_it_says_of_each_key_what_it_is(self, alice: User, bob: User, browse: Browse) -> None:
        row, _ = key(alice, Scope.READ_BLOCK, name="ci", expires_at=now() + timedelta(days=2))
        key(alice, *ALL_SCOPES, name="all")
        key(bob, name="of-bob")

        page = page_of(browse(alice).get("/account/keys/"))

        assert str(row) in page
        assert "See blocks" in page
        assert "May do everything that you may do." in page
        assert f"{row.expires_at:%Y-%m-%dT%H:%M:%S}" in page
        assert "of-bob" not in page

    @pytest.mark.parametrize(
        ("state", "word"),
        [
            ({}, "active"),
            ({"status": "SUSPENDED"}, "suspended"),
            ({"expires_at": "2020-01-01T00:00:00Z"}, "expired"),
            ({"status": "REVOKED", "revoked_at": "2020-01-01T00:00:00Z"}, "revoked"),
        ],
    )
    def test_it_says_in_which_state_each_is(
        self, alice: User, browse: Browse, state: dict[str, str], word: str
    ) -> None:
        row, _ = key(alice)
        ApiKey.objects.update(**state)

        page = page_of(browse(alice).get(f"/account/keys/{row.pk}/"))

        assert re.findall(r'class="tag[^"]*">(\w+)<', page) == [word]

    def test_without_keys_it_says_what_for(self, alice: User, browse: Browse) -> None:
        assert "No key yet" in page_of(browse(alice).get("/account/keys/"))

    def test_a_name_is_text_and_nothing_else(self, alice: User, browse: Browse) -> None:
        row, _ = key(alice, name="<script>alert(1)</script>")

        for address in ("", f"{row.pk}/", f"{row.pk}/revoke/"):
            assert "<script>alert" not in page_of(browse(alice).get(f"/account/keys/{address}"))


class TestChanging:
    def test_name_and_scopes_count_at_once(self, alice: User, browse: Browse) -> None:
        row, holder = key(alice, Scope.READ_GRAPH)
        body = {"name": "other", "description": "", "scopes": ["READ_BLOCK"]}

        answer = browse(alice).post(f"/account/keys/{row.pk}/", body)

        assert answer["Location"] == f"/account/keys/{row.pk}/"
        assert holder.refusal("get", "graphs/") == (403, "missing_scope")
        assert holder.ask("get", "blocks/")[0] == 200
        row.refresh_from_db()
        assert row.name == "other"

    def test_suspend_and_resume(self, alice: User, browse: Browse) -> None:
        row, holder = key(alice)
        client = browse(alice)

        client.post(f"/account/keys/{row.pk}/suspend/")
        assert not holder.comes_in

        client.post(f"/account/keys/{row.pk}/resume/")
        assert holder.comes_in

    def test_rotate_with_grace(self, alice: User, browse: Browse) -> None:
        row, old = key(alice)

        answer = browse(alice).post(f"/account/keys/{row.pk}/rotate/", {"grace": "3600"})

        assert Holder(text_in(answer)).comes_in
        assert old.comes_in
        assert "The former text works until" in page_of(answer)

    @pytest.mark.parametrize("grace", ["", "5", "-1", "x"])
    def test_another_grace_changes_nothing(self, alice: User, browse: Browse, grace: str) -> None:
        row, old = key(alice)

        answer = browse(alice).post(f"/account/keys/{row.pk}/rotate/", {"grace": grace})

        assert answer["Location"] == f"/account/keys/{row.pk}/"
        assert old.comes_in
        assert ApiKey.objects.get().prefix == row.prefix

    def test_revoking_is_asked_about_first_and_says_what_ends(
        self, alice: User, browse: Browse
    ) -> None:
        row, holder = key(alice, name="parent")
        key(alice, name="child", by=row)
        client = browse(alice)

        page = page_of(client.get(f"/account/keys/{row.pk}/revoke/"))
        assert "So do 1 key that it made." in page
        assert holder.comes_in

        assert client.post(f"/account/keys/{row.pk}/revoke/")["Location"] == "/account/keys/"
        assert not holder.comes_in
        assert "Revoked keys" in page_of(client.get("/account/keys/"))

    @pytest.mark.parametrize("verb", ["suspend", "resume", "rotate"])
    def test_a_get_changes_nothing(self, alice: User, browse: Browse, verb: str) -> None:
        row, _ = key(alice)
        before = ApiKey.objects.values().get()

        browse(alice).get(f"/account/keys/{row.pk}/{verb}/")

        assert ApiKey.objects.values().get() == before

    def test_a_revoked_key_cannot_be_changed(self, alice: User, browse: Browse) -> None:
        row, _ = key(alice)
        services.revoke(row)
        client = browse(alice)

        assert client.post(f"/account/keys/{row.pk}/", FORM).status_code == 400
        for verb in ("suspend", "resume", "rotate"):
            answer = client.post(f"/account/keys/{row.pk}/{verb}/", {"grace": "0"}, follow=True)
            assert "This key is revoked, for good." in answer.content.decode()
        assert ApiKey.objects.get().status == ApiKey.Status.REVOKED
