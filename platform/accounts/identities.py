"""The local person behind somebody whom an identity provider knows."""

import re
from functools import partial

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connection, transaction
from django.utils.crypto import get_random_string
from rest_framework.exceptions import AuthenticationFailed

from accounts.external import Claims
from accounts.models import ExternalIdentity, User
from accounts.usernames import validators

LONGEST_NAME = 140
SUFFIX = partial(get_random_string, 6, "abcdefghjkmnpqrstuvwxyz23456789")
ATTEMPTS = 5


def user_of(claims: Claims) -> User:
    """Return the person, made at the first visit. Raises AuthenticationFailed.

    Nobody is found by an e-mail address: who may write one into a token would take over the
    account that has it.
    """
    user = _find(claims) or _make(claims)
    if not user.is_active:
        raise AuthenticationFailed("This account is inactive.", code="user_inactive")
    if user.signed_out_at and claims.issued_at <= user.signed_out_at.timestamp():
        raise AuthenticationFailed(
            "You signed out everywhere after this token was made. Get a new one.",
            code="signed_out",
        )
    _take_role(user, claims)
    return user


def _find(claims: Claims) -> User | None:
    rows = ExternalIdentity.objects.select_related("user")
    found = rows.filter(issuer=claims.issuer, subject=claims.subject).first()
    return found.user if found else None


@transaction.atomic
def _make(claims: Claims) -> User:
    """Return a new person; the one that a request at the same time has made, if that was first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{claims.issuer}\n{claims.subject}"],
        )
    if found := _find(claims):
        return found
    user = _new_user(claims.name)
    ExternalIdentity.objects.create(user=user, issuer=claims.issuer, subject=claims.subject)
    _take_address(user, claims.email)
    return user


def _new_user(wanted: str) -> User:
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted).strip("-._")[:LONGEST_NAME]
    names = [base] if _is_allowed(base) else []
    names += [f"{base or 'user'}-{SUFFIX()}" for _ in range(ATTEMPTS)]
    for name in names:
        try:
            with transaction.atomic():
                return User.objects.create_user(name)  # with a password that nobody knows
        except IntegrityError:
            continue  # taken, perhaps a moment ago
    raise AuthenticationFailed("No username is free for you. Try again.")


def _is_allowed(name: str) -> bool:
    try:
        for validate in validators:
            validate(name)
    except ValidationError:
        return False
    return len(name) >= settings.ACCOUNT_USERNAME_MIN_LENGTH


def _take_address(user: User, email: str) -> None:
    """Note the address that the provider verified, unless somebody here has it."""
    try:
        validate_email(email)
    except ValidationError:
        return
    taken = User.objects.filter(email__iexact=email).exists()
    if taken or EmailAddress.objects.filter(email__iexact=email).exists():
        return
    try:
        with transaction.atomic():
            EmailAddress.objects.create(user=user, email=email.lower(), verified=True, primary=True)
    except IntegrityError:
        return
    user.email = email.lower()
    user.save(update_fields=["email"])


def _take_role(user: User, claims: Claims) -> None:
    """Make the person staff or not, where the provider was given a say in that."""
    issuer = settings.EXTERNAL_ISSUER
    if not issuer or not issuer.admin_role:
        return
    is_staff = claims.role == issuer.admin_role
    if user.is_staff != is_staff:
        User.objects.filter(pk=user.pk).update(is_staff=is_staff)
        user.is_staff = is_staff
