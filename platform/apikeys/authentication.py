"""API keys on REST requests: the header ``X-API-Key``."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from apikeys.models import ApiKey

HEADER = "X-API-Key"


class ApiKeyAuthentication(BaseAuthentication):
    """Whoever holds a user's key speaks for that user."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """Return the key's user, or None without the header. Raises AuthenticationFailed."""
        text = request.headers.get(HEADER)
        if text is None:
            return None
        key = ApiKey.objects.find(text)
        if key is None:
            raise AuthenticationFailed(
                f"The key in `{HEADER}` opens nothing. It may have been replaced or revoked.",
                code="invalid_api_key",
            )
        ApiKey.objects.touch(key)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return 'ApiKey realm="api"'
