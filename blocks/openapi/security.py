"""What an operation wants to be shown: the best of the ways that its document allows."""

from typing import Any

from blocks.openapi.operation import CredentialKind, Security, Shown
from blocks.openapi.schemas import Schemas
from credentials import registry
from credentials.hosts import covers
from credentials.kinds import Kind

ANY = "http"  # the provider of credentials for hosts that people choose
# Better ones first. A cookie is what browsers have: the last resort.
ORDER: tuple[Shown, ...] = ("header", "bearer", "basic", "query", "cookie")


def security_of(
    document: dict[str, Any], operation: dict[str, Any], schemas: Schemas, server: str
) -> Security:
    """Return what to show for the operation at a server."""
    wanted = operation.get("security", document.get("security"))
    alternatives = (
        [one for one in wanted if isinstance(one, dict)] if isinstance(wanted, list) else []
    )
    providers = providers_of(server)
    declared = _declared(document, schemas)
    ways = [
        (shown, name)
        for alternative in alternatives
        if len(alternative) == 1
        for scheme in alternative
        if scheme in declared
        for shown, name in [declared[scheme]]
    ]
    required = bool(alternatives) and {} not in alternatives
    if not ways:
        return Security(
            kinds=("host_scoped", *_account(providers)), providers=providers, required=required
        )
    shown, name = min(ways, key=lambda way: ORDER.index(way[0]))
    own: CredentialKind = "user_password" if shown == "basic" else "api_key"
    return Security(
        shown=shown,
        name=name,
        kinds=(own, "host_scoped", *_account(providers)),
        providers=providers,
        required=required,
    )


def providers_of(server: str) -> tuple[str, ...]:
    """Return the providers whose credentials may go to the server, and the one for any host."""
    known = [
        one.name for one in registry.every() if any(covers(host, server) for host in one.hosts)
    ]
    return (ANY, *known)


def _account(providers: tuple[str, ...]) -> tuple[CredentialKind, ...]:
    """Return OAuth where one of the providers knows it."""
    kinds = {kind for name in providers if (one := registry.find(name)) for kind in one.kinds}
    return ("oauth2",) if Kind.OAUTH2 in kinds else ()


def _declared(document: dict[str, Any], schemas: Schemas) -> dict[str, tuple[Shown, str]]:
    components = schemas.resolved(document.get("components"))
    schemes = schemas.resolved(components.get("securitySchemes"))
    found: dict[str, tuple[Shown, str]] = {}
    for key, value in schemes.items():
        scheme = schemas.resolved(value)
        kind, name = scheme.get("type"), scheme.get("name")
        if kind == "apiKey" and isinstance(name, str) and 0 < len(name) <= 100:
            place = scheme.get("in")
            if place in ("header", "query", "cookie"):
                found[key] = (place, name)
        elif kind == "http":
            shown = str(scheme.get("scheme", "")).lower()
            found |= {key: ("basic" if shown == "basic" else "bearer", "")}
        elif kind in ("oauth2", "openIdConnect"):
            found[key] = ("bearer", "")
    return found
