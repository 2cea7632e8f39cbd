"""One operation of an API, as it is stored and as nodes carry it.

It may come with a file, from anybody: so it is checked as a whole, and has no more power than the
block that sends any web request.
"""

from typing import Annotated, Any, Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from credentials.hosts import host_of
from kernel.jsontypes import NotJSON, dumps

Method: TypeAlias = Literal["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"]
Place: TypeAlias = Literal["path", "query", "header", "cookie", "body"]
Style: TypeAlias = Literal["repeated", "commas", "blanks", "pipes", "deep", "json"]
Body: TypeAlias = Literal["none", "json", "form", "multipart", "text", "binary"]
CredentialKind: TypeAlias = Literal["api_key", "user_password", "oauth2", "host_scoped"]
Shown: TypeAlias = Literal["none", "bearer", "basic", "header", "query", "cookie"]

SERVER, CREDENTIALS, WHOLE_BODY = "server_url", "credentials", "body"
LARGEST = 48_000  # characters of an operation as JSON
MOST_PARAMETERS = 100
MOST_PROVIDERS = 10
PIN = r"^[A-Za-z0-9][A-Za-z0-9_.\[\]-]{0,99}$"
SIMPLE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Short = Annotated[str, Field(max_length=200)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Parameter(Frozen):
    """A value that the operation takes: from which pin, and where it goes."""

    pin: Annotated[str, Field(pattern=PIN)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    place: Place
    value: dict[str, Any] = {}
    """The JSON Schema of it, without references."""
    required: bool = False
    description: Annotated[str, Field(max_length=500)] = ""
    style: Style = "repeated"
    file: bool = False


class Security(Frozen):
    """What the operation wants to be shown, and where."""

    shown: Shown = "none"
    name: Short = ""
    """Of the header, the query's parameter or the cookie."""
    kinds: tuple[CredentialKind, ...] = ()
    providers: Annotated[tuple[Short, ...], Field(max_length=MOST_PROVIDERS)] = ()
    required: bool = False


class Operation(Frozen):
    """What a block needs to know to call an operation of an API."""

    api: Short
    title: Short
    description: Annotated[str, Field(max_length=2000)] = ""
    method: Method
    path: Annotated[str, Field(max_length=500, pattern=r"^/[^\s?#\\]*$")]
    server: Annotated[str, Field(max_length=500)]
    parameters: Annotated[tuple[Parameter, ...], Field(max_length=MOST_PARAMETERS)] = ()
    body: Body = "none"
    media_type: Annotated[
        str, Field(max_length=100, pattern=r"^[\w!#$&^.+*-]*/?[\w!#$&^.+*-]*$")
    ] = ""
    body_required: bool = False
    body_whole: bool = False
    """Whether the one parameter in the body is all of it, and no member."""
    security: Security = Security()
    response: dict[str, Any] = {}

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        pins = [one.pin for one in self.parameters]
        if len({*pins, SERVER, CREDENTIALS}) != len(pins) + 2:
            raise ValueError("two pins have the same name")
        if any(pin == CREDENTIALS or pin.endswith(f"_{CREDENTIALS}") for pin in pins):
            raise ValueError("a pin has a name that is kept for credentials")
        if not is_server(self.server):
            raise ValueError("the server is no address of the web")
        return self

    @property
    def key(self) -> str:
        """Return what it is in its API."""
        return f"{self.method} {self.path}"

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored; what says nothing is left out."""
        return self.model_dump(mode="json", exclude_defaults=True)


def read(value: Any) -> Operation | None:
    """Return the operation that a value is; None for anything else."""
    try:
        if not isinstance(value, dict) or len(text := dumps(value)) > LARGEST:
            return None
        return Operation.model_validate_json(text)
    except (ValidationError, NotJSON, RecursionError):
        return None


def is_server(url: str) -> bool:
    """Return whether the address is one below which paths can be asked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = parts.scheme in {"http", "https"} and not (parts.query or parts.fragment)
    return plain and bool(host_of(url))
