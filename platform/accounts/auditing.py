"""Accounts in the audit log. Django and allauth say what happens to them by signals.

allauth's pages are one transaction each (`accounts.doors`), so a line and what it tells of come
together. A failed attempt changes nothing but its line.
"""

from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models.functions import Lower
from django.dispatch import Signal, receiver
from django.http import HttpRequest
from rest_framework_simplejwt.tokens import Token

from accounts.external import Claims
from accounts.models import User
from audit import trail
from audit.acting import Credentials, Via, credentials_of
from audit.actions import Action
from audit.models import Entry


@credentials_of.register
def _token(_auth: Token) -> Credentials:
    return Credentials(Via.TOKEN)


@credentials_of.register
def _claims(auth: Claims) -> Credentials:
    return Credentials(Via.TOKEN, label=auth.issuer)


@transaction.atomic
def record(
    action: Action,
    user: User,
    request: HttpRequest | None = None,
    *,
    via: Via | None = None,
    **details: Any,
) -> None:
    """Write what the person did with the own account."""
    trail.record(
        action,
        owner=user.pk,
        actor=user.pk,
        via=via,
        thing=user,
        details=details,
        request=request,
    )


@transaction.atomic
def record_failure(request: HttpRequest | None, login: str, *, why: str) -> None:
    """Write that somebody failed to sign in.

    What was typed is kept only where it names an account: people type passwords there.
    """
    user = _named(login)
    trail.record(
        Action.SIGN_IN_FAILED,
        owner=user and user.pk,
        thing=user,
        outcome=Entry.Outcome.REFUSED,
        details={"why": why, "account_exists": user is not None},
        request=request,
    )


def _named(login: str) -> User | None:
    """Return whose name or e-mail address it is."""
    rows = User.objects.alias(lower=Lower("username")).filter(lower=login.lower())
    if found := rows.first():
        return found
    address = EmailAddress.objects.select_related("user").filter(email=login.lower()).first()
    return address.user if address else None


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    record(Action.SIGNED_IN, user, request)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        record(Action.SIGNED_OUT, user, request)


@receiver(user_login_failed)
def sign_in_failed(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    login = credentials.get("username") or credentials.get("email") or ""
    record_failure(request, str(login), why="password")


@receiver(mfa.authentication_failed)
def second_factor_failed(request: HttpRequest, user: User, **_: Any) -> None:
    record_failure(request, user.get_username(), why="second factor")


def _simple(signal: Signal, action: Action) -> None:
    """Record what a signal says of its ``user``."""

    def told(request: HttpRequest, user: User, **_: Any) -> None:
        record(action, user, request)

    signal.connect(told, weak=False, dispatch_uid=f"audit.{action}")


_simple(account.user_signed_up, Action.SIGNED_UP)
_simple(account.password_changed, Action.PASSWORD_CHANGED)
_simple(account.password_set, Action.PASSWORD_CHANGED)
_simple(account.password_reset, Action.PASSWORD_RESET)
_simple(account.email_changed, Action.EMAIL_CHANGED)
_simple(account.email_added, Action.EMAIL_ADDED)
_simple(account.email_removed, Action.EMAIL_REMOVED)


@receiver(account.email_confirmed)
def email_confirmed(request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    record(Action.EMAIL_CONFIRMED, email_address.user, request)


def _factor(signal: Signal, action: Action) -> None:
    def told(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
        record(action, user, request, kind=str(authenticator.type))

    signal.connect(told, weak=False, dispatch_uid=f"audit.{action}")


_factor(mfa.authenticator_added, Action.FACTOR_ADDED)
_factor(mfa.authenticator_removed, Action.FACTOR_REMOVED)
_factor(mfa.authenticator_reset, Action.FACTOR_RESET)


@receiver(social.social_account_added)
def connected(request: HttpRequest, sociallogin: Any, **_: Any) -> None:
    record(Action.CONNECTED, sociallogin.user, request, provider=sociallogin.account.provider)


@receiver(social.social_account_removed)
def disconnected(request: HttpRequest, socialaccount: Any, **_: Any) -> None:
    record(Action.DISCONNECTED, socialaccount.user, request, provider=socialaccount.provider)
