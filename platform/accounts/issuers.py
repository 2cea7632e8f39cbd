"""Who else may say who somebody is: an identity provider that issues signed tokens (JWT)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from kernel.errors import TrellisError

SECRET = ("HS256", "HS384", "HS512")  # signed with a secret that both sides know
PUBLIC = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "ES256",
    "ES384",
    "EdDSA",
)  # checked with a public key
SHORTEST_SECRET = 32  # bytes, as RFC 7518 asks for HS256
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class IssuerNotUsable(TrellisError):
    """The settings of the external issuer of tokens do not fit together."""

    code = "issuer_not_usable"


@dataclass(frozen=True)
class Issuer:
    """An identity provider, and what is asked of its tokens."""

    name: str
    """What `iss` must be."""
    audience: str
    """What `aud` must have."""
    algorithms: tuple[str, ...]
    """Those that are allowed: a token does not choose for itself."""
    secret: str = ""
    public_key: str = ""
    jwks_url: str = ""
    leeway: int = 30
    """Seconds that clocks may differ."""
    admin_role: str = ""
    """The `role` that makes somebody staff here; empty for none."""

    def __post_init__(self) -> None:
        """Raise IssuerNotUsable for settings that would let in too many, or nobody."""
        if not self.audience:
            raise IssuerNotUsable(
                "EXTERNAL_JWT_ISSUER is set, but EXTERNAL_JWT_AUDIENCE is not: tokens that the "
                "issuer made for other services would be let in."
            )
        unknown = [name for name in self.algorithms if name not in SECRET + PUBLIC]
        if unknown or not self.algorithms:
            raise IssuerNotUsable(
                f"EXTERNAL_JWT_ALGORITHMS={','.join(self.algorithms)!r} is not usable. "
                f"Choose from {', '.join(SECRET + PUBLIC)}."
            )
        if any(name in SECRET for name in self.algorithms) and (
            len(self.secret.encode()) < SHORTEST_SECRET
        ):
            raise IssuerNotUsable(
                f"EXTERNAL_JWT_SECRET must have {SHORTEST_SECRET} bytes or more for HS256 and its kin."
            )
        if any(name in PUBLIC for name in self.algorithms) and not (
            self.public_key or self.jwks_url
        ):
            raise IssuerNotUsable(
                "Set EXTERNAL_JWT_JWKS_URL or EXTERNAL_JWT_PUBLIC_KEY: without one, no signature "
                "can be checked."
            )
        if self.jwks_url and not _is_private(self.jwks_url):
            raise IssuerNotUsable("EXTERNAL_JWT_JWKS_URL must begin with https://.")


def _is_private(url: str) -> bool:
    """Return whether nobody on the way can change what the URL answers."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
