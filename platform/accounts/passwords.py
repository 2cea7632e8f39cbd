"""A password in exchange for tokens: as strict as the page where people sign in."""

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import User
from kernel.errors import TrellisError


class TooManyAttempts(TrellisError):
    """Too many attempts to sign in have failed. Wait five minutes, then try again."""

    code = "too_many_attempts"
    status = 429


class SecondFactorRequired(TrellisError):
    """This account has a second factor. Send its code in `code`, or use an API key."""

    code = "second_factor_required"
    status = 401


class SecondFactorWrong(TrellisError):
    """The code is wrong, was used already, or is too old. Send the one that your app shows now."""

    code = "second_factor_wrong"
    status = 401


class AddressNotVerified(TrellisError):
    """Verify your e-mail address first: follow the link in the mail. Signing in sends it again."""

    code = "address_not_verified"
    status = 401


def authenticated(request: HttpRequest, login: str, password: str, code: str) -> User:
    """Return the person. What is wrong beside the password is said only to who knows that.

    Raises AuthenticationFailed, TooManyAttempts, SecondFactorRequired, SecondFactorWrong or
    AddressNotVerified.
    """
    try:
        user = get_adapter().authenticate(request, username=login, email=login, password=password)
    except ValidationError:
        raise TooManyAttempts from None
    if not isinstance(user, User) or not user.is_active:
        raise AuthenticationFailed(
            "No active account has this name and this password.", code="no_active_account"
        )
    _check_second_factor(user, code)
    if user.signed_up and not EmailAddress.objects.filter(user=user, verified=True).exists():
        raise AddressNotVerified
    return user


def _check_second_factor(user: User, code: str) -> None:
    if not Authenticator.objects.filter(user=user).exists():
        return
    if not code:
        raise SecondFactorRequired
    form = AuthenticateForm({"code": code}, user=user)
    if form.is_valid():
        form.authenticator.record_usage()
        return
    if form.has_error("code", "too_many_login_attempts"):
        raise TooManyAttempts
    raise SecondFactorWrong
