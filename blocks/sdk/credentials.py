"""Credentials pins: what a block needs of other services, and how it gets that.

    class SearchInputs(InputPins):
        query: str
        credentials: ChosenCredential = credentials_pin("brave", kinds=["api_key"])

    def search(inputs: SearchInputs, context: RunContext) -> Iterator[SearchOutputs]:
        key = context.credentials.get()
        context.http.get(URL, headers=key.headers_for(URL))

The pin has a reference, ``{id, provider, type, title}``, and never a secret. The secret comes from
``context.credentials``, at the moment at which the block asks for it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Protocol, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from blocks.sdk.pins import InputPins, PinName
from credentials.hosts import host_of
from credentials.kinds import Kind
from credentials.values import (
    ApiKeyCredentials,
    Credentials,
    HostScopedCredentials,
    OAuth2Credentials,
    UserPasswordCredentials,
)

__all__ = [
    "ApiKeyCredentials",
    "ChosenCredential",
    "CredentialPin",
    "Credentials",
    "CredentialsAccess",
    "HostScopedCredentials",
    "Kind",
    "OAuth2Credentials",
    "UserPasswordCredentials",
    "credentials_pin",
    "credentials_pins",
]

NAME = "credentials"
ENDING = f"_{NAME}"


class CredentialReference(BaseModel):
    """Which credential is to be used."""

    model_config = ConfigDict(extra="ignore")

    id: str
    provider: str
    type: str
    title: str | None = None


def _readable(value: Any) -> Any:
    """Return None for what names no credential: files of other instances have all sorts."""
    texts = isinstance(value, Mapping) and all(
        isinstance(value.get(name), str) and value[name] for name in ("id", "provider", "type")
    )
    return value if texts or isinstance(value, CredentialReference) else None


ChosenCredential: TypeAlias = Annotated[
    CredentialReference | None, BeforeValidator(_readable, json_schema_input_type=Any)
]
"""The type of a credentials pin."""


@dataclass(frozen=True)
class CredentialPin:
    """What a block needs, as its credentials pin says it."""

    providers: tuple[str, ...]
    kinds: tuple[Kind, ...]
    scopes: tuple[str, ...] = ()
    discriminator: PinName | None = None
    """The pin whose value decides which of the providers it is, or (a URL) which host."""
    mapping: Mapping[str, str] | None = None
    """The provider for each value of the discriminator."""
    required: bool = True
    keyless: tuple[str, ...] = ()
    """The providers that can be used without a credential."""

    def providers_for(self, value: Any) -> tuple[str, ...]:
        """Return the providers that are left where the discriminator has this value."""
        chosen = self.mapping.get(value) if self.mapping and isinstance(value, str) else None
        return self.providers if chosen is None else (chosen,)

    def host_for(self, value: Any) -> str:
        """Return the host that a discriminator without mapping names; "" where it names none."""
        return "" if self.mapping or not isinstance(value, str) else host_of(value)


class CredentialsAccess(Protocol):
    """The credentials that were chosen for a node."""

    def get(self, pin: str = NAME) -> Credentials:
        """Return the credential of a pin, ready to be used; an access token lasts for a while.

        Raises BlockError where none was chosen, or it cannot be used, with what to do.
        """

    def find(self, pin: str = NAME) -> Credentials | None:
        """Return the credential of a pin; None where none was chosen. Raises like ``get``."""

    def secrets(self) -> Collection[str]:
        """Return the secrets that the block got so far, which it must not tell."""

    def cleaned(self, value: Any) -> Any:
        """Return a value that leaves the block without the secrets that the block got."""


def credentials_pin(
    *providers: str,
    kinds: Collection[str],
    scopes: Collection[str] = (),
    discriminator: str | None = None,
    mapping: Mapping[str, str] | None = None,
    required: bool = True,
    keyless: Collection[str] = (),
    title: str | None = None,
    description: str | None = None,
    advanced: bool = False,
) -> Any:
    """Return a field that is a credentials pin, of the type `ChosenCredential`.

    Its name is ``credentials`` or ends in ``_credentials``. ``mapping`` says which provider it is
    for each value of the pin ``discriminator``; without one, that pin has the URL that the credential
    is for. ``keyless`` are the providers that can be used without a credential.
    """
    extra: dict[str, Any] = {
        "advanced": advanced,
        "credentials_provider": list(providers),
        "credentials_types": [Kind(kind).value for kind in kinds],
        "credentials_scopes": list(scopes),
        "credentials_required": required,
    }
    extra |= {"discriminator": discriminator} if discriminator else {}
    extra |= {"discriminator_mapping": dict(mapping)} if mapping else {}
    extra |= {"credentials_keyless": list(keyless)} if keyless else {}
    return Field(None, title=title, description=description, json_schema_extra=extra)


@lru_cache(maxsize=4096)  # blocks of imported APIs come and go
def credentials_pins(inputs: type[InputPins]) -> Mapping[PinName, CredentialPin]:
    """Return what a block needs, by its credentials pins.

    Raises TypeError for a pin whose name does not say that it is one.
    """
    found = {}
    for name, field in inputs.pins().items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and "credentials_provider" in extra:
            if name != NAME and not name.endswith(ENDING):
                raise TypeError(f"The credentials pin {name!r} must be named `…{ENDING}`.")
            found[name] = _declared(extra)
    return found


def _declared(extra: Mapping[str, Any]) -> CredentialPin:
    discriminator = extra.get("discriminator")
    return CredentialPin(
        providers=tuple(extra["credentials_provider"]),
        kinds=tuple(map(Kind, extra["credentials_types"])),
        scopes=tuple(extra["credentials_scopes"]),
        discriminator=PinName(discriminator) if discriminator else None,
        mapping=extra.get("discriminator_mapping"),
        required=bool(extra["credentials_required"]),
        keyless=tuple(extra.get("credentials_keyless", ())),
    )
