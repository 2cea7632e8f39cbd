"""Credentials in use: what a block gets. Plain Python, and nothing of it prints its secret.

A secret is told for a place only: ``key.key_for("https://api.openai.com/v1")``. Where the place is
not one of the credential's hosts there is no secret but `WrongHost`, whoever wrote the address into a
graph. Providers with hosts of their own are asked by HTTPS only.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeAlias
from uuid import UUID

from pydantic import SecretStr

from credentials import hosts
from credentials.kinds import Kind
from kernel.errors import TrellisError

BEARER = ("Authorization", "Bearer {secret}")


class WrongHost(TrellisError):
    """The credential may not be sent to this host."""

    code = "credentials_wrong_host"
    status = 403


@dataclass(frozen=True)
class _Bound:
    """What all credentials have: who they are, and where they may go."""

    id: UUID
    provider: str
    title: str
    hosts: tuple[str, ...]
    tls_only: bool = True
    base_url: str = ""
    """Where the service is, for providers that people run themselves; else empty."""

    kind: ClassVar[Kind]

    def allows(self, address: str) -> bool:
        """Return whether the secret may go to an address: a URL, or ``host:port``."""
        is_plain = self.tls_only and hosts.scheme_of(address) in {"http", "ws"}
        return not is_plain and any(hosts.covers(host, address) for host in self.hosts)

    def headers_for(self, address: str) -> dict[str, str]:
        """Return the headers that carry the secret to this address. Raises WrongHost."""
        raise NotImplementedError

    def headers_if_allowed(self, address: str) -> dict[str, str]:
        """Return the headers for this address; none where the secret may not go there.

        For hops to which a host sends a request on: the one that was asked for wants `headers_for`.
        """
        return self.headers_for(address) if self.allows(address) else {}

    def check(self, address: str) -> None:
        """Return where the secret may go to the address. Raises WrongHost."""
        if not self.allows(address):
            place = hosts.host_of(address) or address.partition("?")[0][:100]
            may = ", ".join(self.hosts) or "nowhere"
            how = " by HTTPS" if self.tls_only else ""
            raise WrongHost(
                f"The credential {self.title!r} may not be sent to {place!r}: it is for {may}{how}. "
                "Choose another credential for this node, or another address."
            )


@dataclass(frozen=True)
class ApiKeyCredentials(_Bound):
    """A key."""

    key: SecretStr = field(default=SecretStr(""), repr=False)
    header: tuple[str, str] = BEARER
    kind = Kind.API_KEY

    def key_for(self, address: str) -> str:
        """Return the key, to be sent to this address. Raises WrongHost."""
        self.check(address)
        return self.key.get_secret_value()

    def headers_for(self, address: str) -> dict[str, str]:
        """Return the headers that carry the key to this address: none where it is empty.

        Raises WrongHost.
        """
        name, shape = self.header
        key = self.key_for(address)
        return {name: shape.format(secret=key)} if key else {}

    def secrets(self) -> Iterator[str]:
        """Yield the texts that must not be told."""
        yield self.key.get_secret_value()


@dataclass(frozen=True)
class UserPasswordCredentials(_Bound):
    """A user's name and password."""

    username: str = ""
    password: SecretStr = field(default=SecretStr(""), repr=False)
    kind = Kind.USER_PASSWORD

    def password_for(self, address: str) -> str:
        """Return the password, to be sent to this address. Raises WrongHost."""
        self.check(address)
        return self.password.get_secret_value()

    def headers_for(self, address: str) -> dict[str, str]:
        """Return the header of basic authentication for this address. Raises WrongHost."""
        pair = f"{self.username}:{self.password_for(address)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    def secrets(self) -> Iterator[str]:
        """Yield the texts that must not be told."""
        password = self.password.get_secret_value()
        yield password
        yield b64encode(f"{self.username}:{password}".encode()).decode()


@dataclass(frozen=True)
class OAuth2Credentials(_Bound):
    """An access token, fresh enough to be used at once."""

    token: SecretStr = field(default=SecretStr(""), repr=False)
    scopes: tuple[str, ...] = ()
    username: str = ""
    expires_at: datetime | None = None
    kind = Kind.OAUTH2

    def token_for(self, address: str) -> str:
        """Return the access token, to be sent to this address. Raises WrongHost."""
        self.check(address)
        return self.token.get_secret_value()

    def headers_for(self, address: str) -> dict[str, str]:
        """Return the headers that carry the token to this address. Raises WrongHost."""
        return {"Authorization": f"Bearer {self.token_for(address)}"}

    def secrets(self) -> Iterator[str]:
        """Yield the texts that must not be told."""
        yield self.token.get_secret_value()


@dataclass(frozen=True)
class HostScopedCredentials(_Bound):
    """Headers for one host."""

    headers: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)
    kind = Kind.HOST_SCOPED

    def headers_for(self, address: str) -> dict[str, str]:
        """Return the headers for this address. Raises WrongHost."""
        self.check(address)
        return {name: value.get_secret_value() for name, value in self.headers.items()}

    def secrets(self) -> Iterator[str]:
        """Yield the texts that must not be told."""
        for value in self.headers.values():
            text = value.get_secret_value()
            yield text
            scheme, _, rest = text.partition(" ")
            if rest and scheme.isalpha():  # `Bearer …`: an echo may leave the scheme out
                yield rest


Credentials: TypeAlias = (
    ApiKeyCredentials | UserPasswordCredentials | OAuth2Credentials | HostScopedCredentials
)
