"""Of a row, with its secret, what a block gets."""

from typing import Any

from pydantic import SecretStr

from credentials.kinds import Kind
from credentials.models import Credential
from credentials.values import (
    BEARER,
    ApiKeyCredentials,
    Credentials,
    HostScopedCredentials,
    OAuth2Credentials,
    UserPasswordCredentials,
)
from kernel.jsontypes import JSONObject


def opened(row: Credential, secret: JSONObject) -> Credentials:
    """Return the credential as blocks get it."""
    declared = row.declared
    own_host = (row.host,) if row.host else ()
    common: dict[str, Any] = {
        "id": row.pk,
        "provider": row.provider,
        "title": row.title,
        # Of a provider that this release does not know, a secret goes nowhere.
        "hosts": (declared.hosts or own_host) if declared else (),
        "tls_only": bool(declared and declared.hosts) or _is_connected_by_https(row),
        "base_url": row.base_url,
    }
    match Kind(row.kind):
        case Kind.API_KEY:
            header = declared.header if declared else BEARER
            return ApiKeyCredentials(**common, key=_sealed(secret, "key"), header=header)
        case Kind.USER_PASSWORD:
            password = _sealed(secret, "password")
            return UserPasswordCredentials(**common, username=row.username, password=password)
        case Kind.OAUTH2:
            return OAuth2Credentials(
                **common,
                token=_sealed(secret, "access_token"),
                scopes=tuple(row.scopes),
                username=row.username,
                expires_at=row.access_until,
            )
        case Kind.HOST_SCOPED:
            headers = secret.get("headers") or {}
            named = {name: SecretStr(value) for name, value in headers.items()}
            return HostScopedCredentials(**common, headers=named)


def _is_connected_by_https(row: Credential) -> bool:
    """Return whether it is a token of a server that somebody named, by HTTPS."""
    return row.kind == Kind.OAUTH2 and row.base_url.startswith("https:")


def _sealed(secret: JSONObject, name: str) -> SecretStr:
    return SecretStr(str(secret.get(name) or ""))
