"""The pages of credentials, without JavaScript."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from credentials import services, uses
from credentials.kinds import Kind
from credentials.models import Credential
from tests.integration.webui.conftest import Browse
from tests.support import oauth2

pytestmark = pytest.mark.django_db
SECRET = "sk-Alices-own-key-77411"
PAGE = "/account/credentials/"


@pytest.fixture
def provider(settings: Any, servers: None) -> Iterator[oauth2.Server]:
    with oauth2.registered(settings) as running:
        yield running


def kept(owner: User, provider: str = "openai", kind: Kind = Kind.API_KEY, **given: Any) -> Any:
    given = given or {"api_key": SECRET}
    return services.create(owner, provider=provider, kind=kind, title="Work", given=given)


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_an_empty_page_says_what_to_do(alice: User, browse: Browse) -> None:
    assert "No credential yet." in words(browse(alice).get(PAGE))


def test_each_provider_is_offered_with_what_it_takes(alice: User, browse: Browse) -> None:
    page = words(browse(alice).get(f"{PAGE}new/"))

    assert f'href="{PAGE}new/openai/api_key/"' in page
    assert f'href="{PAGE}new/smtp/user_password/"' in page
    assert f'href="{PAGE}new/http/host_scoped/"' in page
    assert "connect/github" not in page  # nobody registered this instance there


def test_a_key_is_kept_and_never_shown(alice: User, browse: Browse) -> None:
    client = browse(alice)

    answer = client.post(
        f"{PAGE}new/openai/api_key/", {"title": "Work", "api_key": SECRET}, follow=True
    )

    row = Credential.objects.get()
    assert (row.title, row.secret()) == ("Work", {"key": SECRET})
    assert "The credential “Work” is kept." in words(answer)
    for address in (PAGE, f"{PAGE}{row.pk}/", f"{PAGE}{row.pk}/delete/"):
        page = client.get(address)
        assert page.status_code == 200
        assert SECRET not in page.content.decode()
    assert client.get(f"{PAGE}{row.pk}/")["Cache-Control"] == "no-store"


def test_headers_are_written_as_lines(alice: User, browse: Browse) -> None:
    sent = {"host": "api.example.org", "headers": "X-Key: a:b\n\nAuthorization: Bearer c\n"}

    browse(alice).post(f"{PAGE}new/http/host_scoped/", sent)

    row = Credential.objects.get()
    assert row.title == "Any web service (api.example.org)"
    assert row.secret() == {"headers": {"X-Key": "a:b", "Authorization": "Bearer c"}}


@pytest.mark.parametrize(
    ("address", "sent", "told"),
    [
        ("openai/api_key", {"api_key": "two words"}, "A key is one word"),
        ("openai/api_key", {}, "This field is required."),
        (
            "http/host_scoped",
            {"host": "api.example.org", "headers": "no colon"},
            "Write each header as",
        ),
        ("http/host_scoped", {"host": "a/b", "headers": "X: y"}, "Name the host"),
        (
            "smtp/user_password",
            {"host": "mail.example.org:587", "username": "a"},
            "This field is required.",
        ),
    ],
)
def test_a_wrong_form_keeps_nothing_and_says_why(
    alice: User, browse: Browse, address: str, sent: dict[str, str], told: str
) -> None:
    answer = browse(alice).post(f"{PAGE}new/{address}/", sent)

    assert answer.status_code == 400
    assert told in words(answer)
    assert not Credential.objects.exists()


@pytest.mark.parametrize("address", ["nowhere/api_key", "openai/host_scoped", "github/oauth2"])
def test_what_a_provider_does_not_take_is_not_there(
    alice: User, browse: Browse, address: str
) -> None:
    assert browse(alice).get(f"{PAGE}new/{address}/").status_code == 404


def test_an_empty_secret_leaves_the_present_one(alice: User, browse: Browse) -> None:
    row = kept(alice)

    browse(alice).post(f"{PAGE}{row.pk}/", {"title": "Play", "api_key": ""})

    row.refresh_from_db()
    assert (row.title, row.secret()) == ("Play", {"key": SECRET})


def test_another_host_wants_the_secret_again(alice: User, browse: Browse) -> None:
    row = kept(alice, "http", Kind.HOST_SCOPED, host="example.org", headers={"X-Key": "1"})

    answer = browse(alice).post(
        f"{PAGE}{row.pk}/", {"title": "Work", "host": "evil.example", "headers": ""}
    )

    assert answer.status_code == 400
    assert "Enter the secret again" in words(answer)
    row.refresh_from_db()
    assert row.host == "example.org"


def test_deleting_asks_first_and_names_who_uses_it(
    alice: User, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = kept(alice)
    monkeypatch.setattr(uses, "_finders", [lambda *_: ["the agent “Digest”"]])
    client = browse(alice)

    asked = client.get(f"{PAGE}{row.pk}/delete/")

    assert "the agent “Digest”" in words(asked)
    assert Credential.objects.exists()
    client.post(f"{PAGE}{row.pk}/delete/")
    assert not Credential.objects.exists()


def test_nobody_else_s_is_there(alice: User, bob: User, browse: Browse) -> None:
    row = kept(alice)
    client = browse(bob)

    assert client.get(f"{PAGE}{row.pk}/").status_code == 404
    assert client.post(f"{PAGE}{row.pk}/delete/").status_code == 404
    assert Credential.objects.exists()


class TestConnecting:
    def go(self, client: Any) -> str:
        """Return where the page sends the browser."""
        page = client.post(f"{PAGE}connect/{oauth2.NAME}/", {"scopes": ["read"]})
        found = re.search(r'<a href="(http://127[^"]+)"', page.content.decode())
        assert found, page.content
        return found[1].replace("&amp;", "&")

    def test_leads_there_and_back(
        self, alice: User, browse: Browse, provider: oauth2.Server
    ) -> None:
        client = browse(alice)
        url = self.go(client)
        state = re.search(r"state=([^&]+)", url)
        assert state

        back = client.get(
            f"{PAGE}callback/", {"code": provider.allow(url), "state": state[1]}, follow=True
        )

        assert "“Example (grace)” is connected." in words(back)
        assert Credential.objects.get().username == "grace"

    def test_who_does_not_allow_it_is_told(
        self, alice: User, browse: Browse, provider: oauth2.Server
    ) -> None:
        client = browse(alice)
        state = re.search(r"state=([^&]+)", self.go(client))
        assert state

        back = client.get(
            f"{PAGE}callback/", {"error": "access_denied", "state": state[1]}, follow=True
        )

        assert "Nothing was connected" in words(back)
        assert not Credential.objects.exists()

    def test_somebody_else_s_way_back_connects_nothing(
        self, alice: User, bob: User, browse: Browse, provider: oauth2.Server
    ) -> None:
        url = self.go(browse(bob))
        state = re.search(r"state=([^&]+)", url)
        assert state

        back = browse(alice).get(
            f"{PAGE}callback/", {"code": provider.allow(url), "state": state[1]}, follow=True
        )

        assert "belongs to no connection that you began here" in words(back)
        assert not Credential.objects.exists()
