"""Settings of mail, of sign-up and of other sites' accounts."""

import pytest

from config.env import ConfigurationError
from config.mail import CONSOLE, SMTP, mail_settings
from config.providers import identity_providers, provider_apps
from config.signup import sign_up


@pytest.mark.parametrize("url", ["", "console:", "console://"])
def test_without_a_server_mails_are_printed(url: str) -> None:
    assert mail_settings(url) == {"EMAIL_BACKEND": CONSOLE}


@pytest.mark.parametrize(
    ("url", "port", "encryption"),
    [
        ("smtp://mail.example.org", 587, {"EMAIL_USE_TLS": True}),
        ("smtps://mail.example.org", 465, {"EMAIL_USE_SSL": True}),
        ("smtp+plain://mail.example.org", 25, {}),
        ("smtp://mail.example.org:2525", 2525, {"EMAIL_USE_TLS": True}),
    ],
)
def test_the_scheme_says_how_a_connection_is_encrypted(
    url: str, port: int, encryption: dict[str, bool]
) -> None:
    found = mail_settings(url)

    assert (found["EMAIL_BACKEND"], found["EMAIL_PORT"]) == (SMTP, port)
    assert {
        key: value for key, value in found.items() if key.startswith("EMAIL_USE_")
    } == encryption


def test_a_password_may_hold_any_sign() -> None:
    found = mail_settings("smtp://ada%40example.org:p%2Fw%3Ad@mail.example.org")

    assert found["EMAIL_HOST_USER"] == "ada@example.org"
    assert found["EMAIL_HOST_PASSWORD"] == "p/w:d"


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://x:secret@host", "smtp://", "smtp://x:secret@host:port"]
)
def test_an_address_of_something_else_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match="EMAIL_URL") as caught:
        mail_settings(url)

    assert "secret" not in str(caught.value)


class TestSignUp:
    def test_it_is_open_on_an_instance_of_somebody_s_own(self) -> None:
        assert sign_up("", is_personal=True, is_mail_printed=True) == "open"

    @pytest.mark.parametrize(("personal", "printed"), [(True, False), (False, True)])
    def test_it_is_closed_where_strangers_could_come(self, personal: bool, printed: bool) -> None:
        assert sign_up("", is_personal=personal, is_mail_printed=printed) == "closed"

    @pytest.mark.parametrize("wanted", ["open", "providers", "closed"])
    @pytest.mark.parametrize("personal", [True, False])
    def test_what_is_said_counts(self, wanted: str, personal: bool) -> None:
        assert sign_up(wanted, is_personal=personal, is_mail_printed=personal) == wanted

    def test_another_word_stops_the_start(self) -> None:
        with pytest.raises(ConfigurationError, match="SIGN_UP='yes'"):
            sign_up("yes", is_personal=True, is_mail_printed=True)


class TestProviders:
    def test_none_is_there_unless_it_was_set_up(self) -> None:
        assert identity_providers() == {}

    def test_each_that_is_set_up_is_an_application(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("GITHUB", "GOOGLE", "OIDC"):
            monkeypatch.setenv(f"{name}_CLIENT_ID", f"{name}-id")
            monkeypatch.setenv(f"{name}_CLIENT_SECRET", f"{name}-secret")
        monkeypatch.setenv("OIDC_SERVER_URL", "https://login.example.org")

        found = identity_providers()

        assert [(name, one["APPS"][0]["client_id"]) for name, one in found.items()] == [
            ("github", "GITHUB-id"),
            ("google", "GOOGLE-id"),
            ("openid_connect", "OIDC-id"),
        ]
        assert found["openid_connect"]["OAUTH_PKCE_ENABLED"] is True
        assert provider_apps(found)[0] == "allauth.socialaccount.providers.github"

    def test_a_provider_without_its_server_stops_the_start(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OIDC_CLIENT_ID", "x")

        with pytest.raises(ConfigurationError, match="OIDC_SERVER_URL"):
            identity_providers()
