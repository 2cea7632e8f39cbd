"""Our own tokens. They end with a new password, and when the person signs out everywhere."""

from typing import Any, Self

from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.utils import datetime_from_epoch, get_md5_hash_password

from accounts.models import User

MARK = "mark"


class AccessToken(tokens.AccessToken):
    """What a request carries, for an hour."""

    @classmethod
    def for_user(cls, user: Any) -> Self:
        token = super().for_user(user)
        token[MARK] = user.sign_out_mark
        return token


class RefreshToken(tokens.RefreshToken):
    """What buys new access tokens, each time in exchange for itself.

    The database knows which were given out, but not their text: who reads it can use none.
    """

    access_token_class = AccessToken

    @classmethod
    def for_user(cls, user: Any) -> Self:
        token = cls()
        token.payload |= AccessToken.for_user(user).payload | token.payload
        token.outstand()
        return token

    def outstand(self) -> OutstandingToken:
        """Return the token's row, made if it is missing."""
        kept, _ = OutstandingToken.objects.get_or_create(
            jti=self[api_settings.JTI_CLAIM],
            defaults={
                "user_id": self[api_settings.USER_ID_CLAIM],
                "created_at": self.current_time,
                "expires_at": datetime_from_epoch(self["exp"]),
                "token": "",
            },
        )
        return kept

    def blacklist(self) -> BlacklistedToken:
        """End the token."""
        ended, _ = BlacklistedToken.objects.get_or_create(token=self.outstand())
        return ended


def check_is_current(token: tokens.Token, user: User) -> None:
    """Raise AuthenticationFailed for a token that was made before the person ended all of them."""
    if token.get(MARK, "") != user.sign_out_mark:
        raise AuthenticationFailed(
            "You signed out everywhere after this token was made. Sign in again.",
            code="signed_out",
        )
    password = get_md5_hash_password(user.password)
    if token.get(api_settings.REVOKE_TOKEN_CLAIM) != password:
        raise AuthenticationFailed(
            "The password was changed after this token was made. Sign in again.",
            code="password_changed",
        )
