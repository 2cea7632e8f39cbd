"""What the platform knows about a service that asks for credentials."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from credentials.kinds import Kind
from credentials.values import BEARER


@dataclass(frozen=True)
class OAuth:
    """How somebody connects an account (RFC 6749, with PKCE)."""

    authorize_url: str
    token_url: str
    scopes: Mapping[str, str]
    """What may be asked for, and what that allows in words."""
    default_scopes: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What else the provider wants to be told when somebody connects."""
    separator: str = " "
    profile_url: str = ""
    """Where the provider says whose account it is, under the key ``profile_name``."""
    profile_name: str = "login"
    revoke_url: str = ""
    revocation: Literal["rfc7009", "github"] = "rfc7009"

    @property
    def urls(self) -> tuple[str, ...]:
        """Return the addresses that the platform itself asks, with the client's secret or a token."""
        found = (self.token_url, self.profile_url, self.revoke_url)
        return tuple(url for url in found if url)


@dataclass(frozen=True)
class Provider:
    """A service that asks for credentials.

    ``hosts`` is where its secrets may go. Without hosts it is a service that people run themselves:
    then each credential says its own host, and goes there only.
    """

    name: str
    title: str
    kinds: tuple[Kind, ...]
    help_url: str = ""
    """Where people find what to enter."""
    hosts: tuple[str, ...] = ()
    base_url: str = ""
    """Where it usually is, for services that people run themselves."""
    header: tuple[str, str] = BEARER
    """The header that carries an API key."""
    keyless: bool = False
    """Whether it may be used without a key, too."""
    oauth: OAuth | None = None
    discovers: bool = False
    """Whether each of its servers says itself how OAuth goes (see `credentials.discovery`)."""

    @property
    def is_self_hosted(self) -> bool:
        return not self.hosts

    def __post_init__(self) -> None:
        """Refuse a declaration that lacks something, or contradicts itself."""
        for problem in self._problems():
            raise TypeError(f"The provider {self.name!r} {problem}.")

    def _problems(self) -> list[str]:
        found = []
        if not self.kinds:
            found.append("takes no kind of credentials")
        if (Kind.OAUTH2 in self.kinds) != (self.oauth is not None or self.discovers):
            found.append("must say how OAuth goes if, and only if, it takes it")
        if Kind.HOST_SCOPED in self.kinds and self.hosts:
            found.append("has hosts, and so no headers for hosts that people choose")
        if "{secret}" not in self.header[1]:
            found.append("has a header without the key")
        asked = (self.oauth.authorize_url, *self.oauth.urls) if self.oauth else ()
        found += [f"is not asked by HTTPS at {url}" for url in asked if not _is_safe(url)]
        if self.oauth and set(self.oauth.default_scopes) - set(self.oauth.scopes):
            found.append("asks for scopes that it does not explain")
        return found


def _is_safe(url: str) -> bool:
    """Return whether nobody on the way reads what is sent there."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname == "127.0.0.1"
