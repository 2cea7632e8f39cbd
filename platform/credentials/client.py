"""Trellis as an OAuth client: Authlib's protocol over our wire."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from django.conf import settings
from django.utils.timezone import now

from credentials.discovery import Way
from credentials.errors import OAuthRefused, ProviderNotSetUp, ProviderUnavailable
from credentials.provider import OAuth, Provider
from credentials.wire import Answer, ask
from kernel.jsontypes import JSONObject, dumps
from telemetry import redaction

WAY = "way"  # of the secret: how its server is asked, where that was found out
LONGEST_TOKEN = 16_384
LONGEST_LIFE = 10 * 365 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Registration:
    """Who this instance is to a provider."""

    client_id: str
    client_secret: str


@dataclass(frozen=True)
class Tokens:
    """What a provider gave."""

    access_token: str
    refresh_token: str = ""
    access_until: datetime | None = None
    scopes: tuple[str, ...] | None = None
    """Which scopes it granted; None where it did not say, which means: those asked for."""

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        """Return the tokens in an answer. Raises ProviderUnavailable where it has none."""
        access, refresh = answer.get("access_token"), answer.get("refresh_token") or ""
        if not _is_token(access) or (refresh and not _is_token(refresh)):
            raise ProviderUnavailable("The provider's answer has no token that can be read.")
        if str(answer.get("token_type") or "bearer").lower() not in {"bearer", "token"}:
            raise ProviderUnavailable("The provider gave a token of a kind that is not known here.")
        redaction.remember(str(access), *([str(refresh)] if refresh else []))
        return cls(str(access), str(refresh), _moment(answer.get("expires_in")), _scopes(answer))

    def secret(self, *, refresh_token: str = "", way: Way | None = None) -> JSONObject:
        """Return what is sealed; ``refresh_token`` stays where the provider gave no new one."""
        return {
            **({WAY: way.as_json()} if way else {}),
            "access_token": self.access_token,
            "refresh_token": self.refresh_token or refresh_token,
        }


class Client:
    """Asks one provider, or the server that a ``way`` leads to.

    Raises ProviderUnavailable and OAuthRefused.
    """

    def __init__(
        self, provider: Provider, redirect_uri: str = "", *, way: Way | None = None
    ) -> None:
        self.provider = provider
        self.way = way
        self.registration = (
            Registration(way.client_id, way.client_secret) if way else registration(provider)
        )
        method = way.method if way else "client_secret_post"
        self._session = _Session()
        self._authlib = OAuth2Client(
            self._session,
            client_id=self.registration.client_id,
            client_secret=self.registration.client_secret,
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    @property
    def oauth(self) -> OAuth:
        found = self.way.oauth if self.way else self.provider.oauth
        assert found is not None  # `registration` has looked
        return found

    @property
    def _resource(self) -> dict[str, str]:
        """Return for which server a token is wanted (RFC 8707), where that was found out."""
        return {"resource": self.way.resource} if self.way else {}

    def login_url(self, *, state: str, verifier: str, scopes: tuple[str, ...]) -> str:
        """Return where somebody is to go."""
        url, _ = self._authlib.create_authorization_url(
            self.oauth.authorize_url,
            state=state,
            code_verifier=verifier,
            scope=self.oauth.separator.join(scopes) or None,
            **self.oauth.parameters,
        )
        return str(url)

    def exchange(self, code: str, verifier: str) -> Tokens:
        """Return the tokens for a code."""
        return self._tokens(
            lambda: self._authlib.fetch_token(
                self.oauth.token_url,
                code=code,
                code_verifier=verifier,
                grant_type="authorization_code",
                **self._resource,
            )
        )

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens for a refresh token."""
        return self._tokens(
            lambda: self._authlib.refresh_token(
                self.oauth.token_url, refresh_token=refresh_token, **self._resource
            )
        )

    def whose(self, tokens: Tokens) -> str:
        """Return the name of the account; "" where the provider does not say."""
        if not self.oauth.profile_url:
            return ""
        headers = {
            "Authorization": f"Bearer {tokens.access_token}",
            "Accept": "application/json",
            "User-Agent": "Trellis",
        }
        try:
            answer = ask("GET", self.oauth.profile_url, headers=headers)
        except ProviderUnavailable:
            return ""
        name = answer.object().get(self.oauth.profile_name) if answer.status_code == 200 else ""
        return name if isinstance(name, str) and name.isprintable() else ""

    def revoke(self, secret: Mapping[str, Any]) -> bool:
        """End the tokens at the provider; return whether it did so."""
        if self.oauth.revocation == "github":
            return self._revoke_at_github(str(secret.get("access_token")))
        token = secret.get("refresh_token") or secret.get("access_token")
        answer = self._authlib.revoke_token(self.oauth.revoke_url, token=token)
        return bool(answer.status_code == 200)

    def _revoke_at_github(self, token: str) -> bool:
        who = self.registration
        pair = b64encode(f"{who.client_id}:{who.client_secret}".encode()).decode()
        answer = ask(
            "DELETE",
            self.oauth.revoke_url.format(client_id=who.client_id),
            headers={
                "Authorization": f"Basic {pair}",
                "Accept": "application/vnd.github+json",
                "User-Agent": "Trellis",
            },
            body=dumps({"access_token": token}),
        )
        return answer.status_code in {204, 404, 422}  # it is gone, now or before

    def _tokens(self, get: Callable[[], Mapping[str, Any]]) -> Tokens:
        try:
            answer = get()
        except OAuth2Error as error:
            raise OAuthRefused(
                f"{self.provider.title} refused: {_word(error.error)}.",
                members={"reason": _word(error.error)},
            ) from None
        except (ValueError, TypeError, AttributeError):
            raise ProviderUnavailable(
                f"The answer of {self.provider.title} cannot be read. Try again in a moment."
            ) from None
        return Tokens.read(answer)


class _Session:
    """What Authlib sends requests with."""

    def post(
        self, url: str, *, data: Mapping[str, str], headers: Any = None, auth: Any = None
    ) -> Answer:
        sent = dict(headers or {}) | {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
            "User-Agent": "Trellis",
        }
        body: Any = urlencode(data)
        if auth is not None:
            url, sent, body = auth.prepare("POST", url, sent, body)
        return ask("POST", url, headers=sent, body=body)


def registration(provider: Provider) -> Registration:
    """Return who this instance is to the provider. Raises ProviderNotSetUp."""
    known = settings.OAUTH_CLIENTS.get(provider.name)
    if provider.oauth is None or known is None:
        raise ProviderNotSetUp(
            f"Nobody can connect an account of {provider.title} here: this instance is not "
            "registered there. Whoever runs it sets OAUTH_CLIENTS."
        )
    return Registration(known["client_id"], known["client_secret"])


def is_set_up(provider: Provider) -> bool:
    """Return whether people can connect accounts of the provider."""
    known = provider.oauth is not None and provider.name in settings.OAUTH_CLIENTS
    return provider.discovers or known


def _is_token(value: Any) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_TOKEN
        and value.isascii()
        and value.isprintable()
    )


def _moment(seconds: Any) -> datetime | None:
    """Return when a token ends that is good for so many seconds; None where that is not said."""
    try:
        life = int(seconds)
    except (TypeError, ValueError, OverflowError):
        return None
    return now() + timedelta(seconds=min(max(life, 0), LONGEST_LIFE))


def _scopes(answer: Mapping[str, Any]) -> tuple[str, ...] | None:
    text = answer.get("scope")
    if not isinstance(text, str) or not text.strip():
        return None
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def _word(error: Any) -> str:
    """Return the error's code, if it looks like one: a stranger wrote it."""
    text = str(error or "")
    return text if 0 < len(text) <= 60 and text.replace("_", "").isalnum() else "unknown_error"
