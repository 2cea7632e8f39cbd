"""Who asks for what cannot be taken back proves once more who it is.

On pages allauth asks, and remembers it for a while. Requests of the API carry the proof.
"""

import time

from allauth.account import app_settings
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.external import Claims
from accounts.models import User
from accounts.passwords import authenticated
from accounts.people import person
from kernel.errors import TrellisError


class ProofRequired(TrellisError):
    """Prove who you are: send your `password`, and the `code` of your second factor if you have one."""

    code = "proof_required"
    status = 403


class WrongPassword(TrellisError):
    """The password is wrong. Nothing was changed."""

    code = "wrong_password"
    status = 403


def require_proof(request: Request, password: str, code: str) -> None:
    """Return where the request proves who sends it. Raises ProofRequired, WrongPassword or others.

    Good is a password (with a code, for whoever has a second factor), a session in which somebody
    proved it a moment ago, and a token that an identity provider has given out a moment ago.
    """
    user = person(request)
    if password:
        _check_password(request, user, password, code)
    elif not _is_fresh(request):
        raise ProofRequired


def _is_fresh(request: Request) -> bool:
    if isinstance(request.auth, Claims):
        return bool(time.time() - request.auth.issued_at < app_settings.REAUTHENTICATION_TIMEOUT)
    if not isinstance(request.successful_authenticator, SessionAuthentication):
        return False
    return bool(did_recently_reauthenticate(request._request))


def _check_password(request: Request, user: User, password: str, code: str) -> None:
    try:
        found = authenticated(request._request, user.username, password, code)
    except AuthenticationFailed:
        raise WrongPassword from None
    if found.pk != user.pk:  # somebody whose name is this one's address
        raise WrongPassword
