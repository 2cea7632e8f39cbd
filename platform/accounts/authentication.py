"""Tokens on REST requests and WebSockets: ours, and those of an identity provider."""

from typing import Any, cast

from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import Token

from accounts import external, identities
from accounts.external import Claims
from accounts.models import User
from accounts.standing import TokenCredential
from accounts.tokens import check_is_current
from kernel.errors import TrellisError


class TokenAuthentication(JWTAuthentication):
    """Whoever brings a good token is its person."""

    def get_validated_token(self, raw_token: bytes) -> Any:
        """Return the token, or what an identity provider's token says. Raises InvalidToken."""
        text = raw_token.decode("ascii", "replace")
        issuer = external.issuer_of(text)
        return external.verify(text, issuer) if issuer else super().get_validated_token(raw_token)

    def get_user(self, validated_token: Token | Claims) -> Any:
        """Return the person. Raises AuthenticationFailed."""
        if isinstance(validated_token, Claims):
            return identities.user_of(validated_token)
        user = cast(User, super().get_user(validated_token))
        check_is_current(validated_token, user)
        return user


def credential_of_token(text: str) -> TokenCredential | None:
    """Return the token as what opens a connection; None where it is worth nothing."""
    way = TokenAuthentication()
    try:
        token = way.get_validated_token(text.encode())
        return TokenCredential.of(cast(User, way.get_user(token)), token)
    except (AuthenticationFailed, TrellisError):
        return None
