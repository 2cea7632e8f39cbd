"""What somebody came in with, as a credential that can be asked about again."""

from django.contrib.auth.models import AnonymousUser
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework_simplejwt.tokens import Token

from accounts.authentication import credential_of_token
from accounts.external import Claims
from accounts.people import person
from accounts.standing import SessionCredential, TokenCredential
from apikeys.models import ApiKey
from apikeys.standing import KeyCredential
from apikeys.tokens import HEAD
from kernel.standing import Credential


def credential_of(request: Request) -> Credential:
    """Return the credential of a request that was let in. Raises NotAuthenticated."""
    user = person(request)
    if isinstance(request.auth, ApiKey):
        return KeyCredential.of(request.auth)
    if isinstance(request.auth, Token | Claims):
        return TokenCredential.of(user, request.auth)
    session = getattr(request._request, "session", None)
    if session is None or not session.session_key:
        raise NotAuthenticated
    return SessionCredential.of(user, session.session_key)


def credential_of_text(text: str) -> Credential | None:
    """Return the credential that the text is, a key or a token; None where it opens nothing."""
    return credential_of_key(text) if text.startswith(HEAD) else credential_of_token(text)


def credential_of_key(text: str) -> KeyCredential | None:
    """Return the credential that the key's text is, and note its use; None for no good key."""
    key = ApiKey.objects.find(text)
    if key is None:
        return None
    ApiKey.objects.touch(key)
    return KeyCredential.of(key)


def bearer_of(credential: Credential | None) -> object:
    """Return whom the credential speaks for; the anonymous user where it is None or has ended."""
    return (credential.bearer() if credential else None) or AnonymousUser()
