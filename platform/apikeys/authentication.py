"""API keys on REST requests: the header ``X-API-Key``, or the key as a bearer token."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from apikeys.models import ApiKey
from apikeys.tokens import HEAD
from audit.acting import Credentials, Via, credentials_of

HEADER = "X-API-Key"
BEARER = f"Bearer {HEAD}"  # other bearer tokens are not keys, and not for us


class ApiKeyAuthentication(BaseAuthentication):
    """Whoever holds a user's key speaks for that user, as far as the key's scopes go."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """Return the key's user, limited to its scopes; None without a key.

        Raises AuthenticationFailed.
        """
        text = offered_key(request)
        if text is None:
            return None
        key = ApiKey.objects.find(text)
        if key is None:
            raise AuthenticationFailed(
                "This API key opens nothing. It may have expired, or been suspended, replaced or "
                "revoked.",
                code="invalid_api_key",
            )
        ApiKey.objects.touch(key)
        key.user.grant = key.grant
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return 'ApiKey realm="api"'


def offered_key(request: Request) -> str | None:
    """Return the key that the request offers, good or not."""
    header = request.headers.get(HEADER)
    if header is not None:
        return str(header)
    bearer = str(request.headers.get("Authorization", ""))
    return bearer.removeprefix("Bearer ") if bearer.startswith(BEARER) else None


def asking_key(request: Request) -> ApiKey | None:
    """Return the key with which the request came; None where a person asks."""
    return request.auth if isinstance(request.auth, ApiKey) else None


@credentials_of.register
def _key(auth: ApiKey) -> Credentials:
    """Return how the audit log names the key by which somebody spoke."""
    return Credentials(Via.KEY, id=str(auth.pk), label=str(auth))
