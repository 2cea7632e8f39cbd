"""Tokens that an identity provider issued: are they good, and whom do they speak of?"""

from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts.issuers import SECRET, Issuer
from accounts.jwks import UnknownKey, key_set

LONGEST = 16 * 1024  # characters of a token
LONGEST_SUBJECT = 255
KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


@dataclass(frozen=True)
class Claims:
    """What a good token says of a person."""

    issuer: str
    subject: str
    email: str
    """Empty unless the provider has verified the address."""
    name: str
    """What the person would like to be called; may be empty."""
    role: str
    issued_at: float
    expires_at: float
    """When it stops being taken, with the leeway for clocks that differ."""


def issuer_of(token: str) -> Issuer | None:
    """Return the external issuer that the token claims to be from; None for our own tokens."""
    issuer: Issuer | None = settings.EXTERNAL_ISSUER
    if issuer is None or len(token) > LONGEST:
        return None
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return None
    return issuer if claims.get("iss") == issuer.name else None


def verify(token: str, issuer: Issuer) -> Claims:
    """Return what the token says. Raises InvalidToken or IdentityProviderUnavailable."""
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(
            token,
            _key(header, issuer),
            algorithms=[header["alg"]],
            issuer=issuer.name,
            audience=issuer.audience,
            leeway=issuer.leeway,
            options={"require": ["exp", "iat", "sub", "iss", "aud"]},
        )
    except jwt.ExpiredSignatureError:
        raise InvalidToken("The token has expired. Get a new one where you sign in.") from None
    except (jwt.PyJWTError, UnknownKey, KeyError, TypeError, ValueError):
        raise InvalidToken("The token is not valid here.") from None
    return _claims(claims, issuer)


def _key(header: dict[str, Any], issuer: Issuer) -> Any:
    """Return what checks a signature of the kind that the header names. Raises InvalidToken.

    The kind of key follows from the algorithm, and the algorithm from our list: a public key is
    never taken for a secret.
    """
    algorithm = header.get("alg")
    if algorithm not in issuer.algorithms:
        raise InvalidToken("The token is signed in a way that is not allowed here.")
    if algorithm in SECRET:
        return issuer.secret
    if not issuer.jwks_url:
        return issuer.public_key
    name = header.get("kid")
    found = key_set(issuer.jwks_url).find(name if isinstance(name, str) else None)
    if found.key_type != KEY_TYPES[algorithm[:2]]:
        raise UnknownKey
    return found.key


def _claims(claims: dict[str, Any], issuer: Issuer) -> Claims:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or "\0" in subject:
        raise InvalidToken("The token names nobody.")
    verified = claims.get("email_verified") is True
    return Claims(
        issuer=issuer.name,
        subject=subject,
        email=_text(claims.get("email")) if verified else "",
        name=_text(claims.get("preferred_username")),
        role=_text(claims.get("role")),
        issued_at=float(claims["iat"]),
        expires_at=float(claims["exp"]) + issuer.leeway,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) and "\0" not in value else ""
