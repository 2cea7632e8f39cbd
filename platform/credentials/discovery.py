"""How OAuth goes at a server that somebody names: the server says it itself.

An MCP server names its authorization server (RFC 9728), that one says where it is asked (RFC 8414), and takes in
whom it does not know (RFC 7591). Where it does not, whoever runs this instance registers it there. All of
it is asked through the guard; the documents are read by the official package's models. Nothing here is
believed of anybody but about itself: the metadata must be of the server, and of the issuer, that they
were asked for.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from pydantic import BaseModel, ValidationError

from credentials.entering import LONGEST_URL
from credentials.errors import InvalidCredentials, ProviderNotSetUp, ProviderUnavailable
from credentials.hosts import host_of
from credentials.provider import OAuth
from credentials.wire import Answer, ask
from kernel.errors import Detail
from kernel.jsontypes import JSONObject, dumps
from telemetry import redaction

if TYPE_CHECKING:
    from mcp.shared.auth import OAuthMetadata, ProtectedResourceMetadata

Model = TypeVar("Model", bound=BaseModel)

OURS = "Trellis"
JSON = {"Accept": "application/json", "User-Agent": OURS}
METHODS = ("client_secret_post", "client_secret_basic", "none")  # how we may show who we are
MOST_SCOPES = 50
LONGEST_SCOPE = 200


@dataclass(frozen=True)
class Way:
    """How OAuth goes at one server, and who this instance is there."""

    server_url: str
    resource: str
    issuer: str
    authorize_url: str
    token_url: str
    revoke_url: str
    scopes: tuple[str, ...]
    client_id: str
    client_secret: str
    method: str
    says_issuer: bool

    @property
    def oauth(self) -> OAuth:
        """Return it as providers say it that are known beforehand."""
        return OAuth(
            authorize_url=self.authorize_url,
            token_url=self.token_url,
            scopes={scope: scope for scope in self.scopes},
            default_scopes=self.scopes,
            parameters={"resource": self.resource},
            revoke_url=self.revoke_url,
        )

    def is_from(self, issuer: str | None) -> bool:
        """Return whether an answer that names this issuer, or none, may be this one's (RFC 9207)."""
        return issuer == self.issuer if issuer else not self.says_issuer

    def as_json(self) -> JSONObject:
        return asdict(self)

    @classmethod
    def read(cls, kept: Any) -> Self | None:
        """Return what was kept; None where nothing was."""
        if not isinstance(kept, dict):
            return None
        found = cls(**{**kept, "scopes": tuple(kept["scopes"])})
        redaction.remember(*filter(None, [found.client_secret]))
        return found


def discover(server_url: str, redirect_uri: str) -> Way:
    """Return how somebody connects to the server, at which this instance is registered now.

    Raises InvalidCredentials, ProviderUnavailable or ProviderNotSetUp.
    """
    from mcp.client.auth.utils import (
        build_oauth_authorization_server_metadata_discovery_urls,
        build_protected_resource_metadata_discovery_urls,
        issuers_match,
    )
    from mcp.shared.auth import OAuthMetadata, ProtectedResourceMetadata
    from mcp.shared.auth_utils import check_resource_allowed, resource_url_from_server_url

    url = _checked(server_url)
    places = build_protected_resource_metadata_discovery_urls(None, url)
    about = _first(places, ProtectedResourceMetadata)
    if about is not None and not check_resource_allowed(
        requested_resource=resource_url_from_server_url(url),
        configured_resource=str(about.resource),
    ):
        raise ProviderUnavailable("What the server says of itself is about another server.")
    issuer = str(about.authorization_servers[0]) if about is not None else None
    places = build_oauth_authorization_server_metadata_discovery_urls(issuer, url)
    metadata = _first(places, OAuthMetadata)
    if metadata is None:
        raise ProviderUnavailable(
            f"{host_of(url)} does not say how an account of it is connected. Use an API key or headers."
        )
    is_its_own = (
        issuers_match(str(metadata.issuer), issuer)
        if issuer
        else host_of(str(metadata.issuer)) == host_of(url)
    )
    if not is_its_own:
        raise ProviderUnavailable(
            "What the server says of who lets people in is about another one."
        )
    _check_addresses(url, metadata)
    client_id, secret, method = _registered(metadata, redirect_uri, url)
    redaction.remember(*filter(None, [secret]))
    return Way(
        server_url=url,
        resource=str(about.resource) if about is not None else resource_url_from_server_url(url),
        issuer=str(metadata.issuer),
        authorize_url=str(metadata.authorization_endpoint),
        token_url=str(metadata.token_endpoint),
        revoke_url=str(metadata.revocation_endpoint or ""),
        scopes=_scopes(about, metadata),
        client_id=client_id,
        client_secret=secret,
        method=method,
        says_issuer=bool(metadata.authorization_response_iss_parameter_supported),
    )


def _checked(server_url: str) -> str:
    url = server_url.strip()
    try:
        parts = urlsplit(url)
        plain = parts.scheme in {"http", "https"} and not parts.fragment and "@" not in parts.netloc
    except ValueError:
        plain = False
    if not plain or len(url) > LONGEST_URL or not host_of(url) or "*" in url:
        sentence = "Give the server's address, such as `https://mcp.example.org/mcp`."
        raise InvalidCredentials(errors=[Detail("invalid", sentence, attr="server_url")])
    return url


def _first(places: Iterable[str], model: type[Model]) -> Model | None:
    """Return the first document that can be read; None where there is none."""
    for place in places:
        answer = ask("GET", place, headers=JSON)
        if answer.status_code == 200:
            return _read(answer, model)
    return None


def _read(answer: Answer, model: type[Model]) -> Model:
    try:
        return model.model_validate_json(answer.content)
    except ValidationError:
        raise ProviderUnavailable("What the server says of itself cannot be read.") from None


def _check_addresses(server_url: str, metadata: "OAuthMetadata") -> None:
    """Refuse addresses at which others could listen, unless the server itself is asked so."""
    found = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.revocation_endpoint)
    for one in (*found, metadata.registration_endpoint):
        too_open = one is not None and one.scheme != "https"
        if too_open and urlsplit(server_url).scheme == "https":
            raise ProviderUnavailable("The server would let people in without HTTPS.")


def _registered(
    metadata: "OAuthMetadata", redirect_uri: str, server_url: str
) -> tuple[str, str, str]:
    """Return who this instance is there: its id, its secret, and how it shows them."""
    known = settings.OAUTH_CLIENTS.get(f"mcp:{host_of(str(metadata.issuer))}")
    offered = metadata.token_endpoint_auth_methods_supported or METHODS
    method = next((one for one in METHODS if one in offered), "")
    if known is not None:
        return known["client_id"], known["client_secret"], method or METHODS[0]
    if metadata.registration_endpoint is None or not method:
        raise ProviderNotSetUp(
            f"{host_of(str(metadata.issuer))} takes in nobody whom it does not know. Whoever runs this "
            f"instance registers it there, and puts it into OAUTH_CLIENTS as "
            f"`mcp:{host_of(str(metadata.issuer))}`."
        )
    from mcp.shared.auth import OAuthClientInformationFull

    wanted = {
        "client_name": OURS,
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
        "application_type": "web",
    }
    headers = {**JSON, "Content-Type": "application/json"}
    answer = ask("POST", str(metadata.registration_endpoint), headers=headers, body=dumps(wanted))
    if answer.status_code not in {200, 201}:
        raise ProviderUnavailable(
            f"{host_of(server_url)} did not take this instance in as a client."
        )
    given = _read(answer, OAuthClientInformationFull)
    method = given.token_endpoint_auth_method or method
    if method not in METHODS:
        raise ProviderUnavailable("The server wants to be shown something that is not known here.")
    return given.client_id, given.client_secret or "", method


def _scopes(
    about: "ProtectedResourceMetadata | None", metadata: "OAuthMetadata"
) -> tuple[str, ...]:
    found = (about.scopes_supported if about else None) or metadata.scopes_supported or []
    return tuple(one for one in found if 0 < len(one) <= LONGEST_SCOPE)[:MOST_SCOPES]
