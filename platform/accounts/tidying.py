"""Remove what is over, in bounded batches: a tick that finds more goes on at the next.

Nothing here is missed by anybody: what has expired opens nothing, and who signed up and never
verified the address has never come in.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import now
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts import erasure, exports
from accounts.models import ExternalIdentity, User
from kernel.errors import TrellisError

BATCH = 1000  # rows that one statement removes
SECONDS = 30.0  # for one tick


def tidy(seconds: float = SECONDS, batch: int = BATCH) -> dict[str, int]:
    """Remove what is over, for so long at most; return how many rows of each kind went."""
    deadline = time.monotonic() + seconds
    gone: dict[str, int] = {}
    for name, step in STEPS.items():
        gone[name] = 0
        while time.monotonic() < deadline:
            count = step(batch)
            gone[name] += count
            if count < batch:
                break
    return gone


def ended_tokens(most: int) -> int:
    """Forget which refresh tokens were ended, of those that have expired."""
    return _delete(BlacklistedToken.objects.filter(token__expires_at__lt=now()), most)


def expired_tokens(most: int) -> int:
    """Forget refresh tokens that have expired."""
    return _delete(OutstandingToken.objects.filter(expires_at__lt=now()), most)


def expired_sessions(most: int) -> int:
    """Remove sessions that have expired."""
    return _delete(Session.objects.filter(expire_date__lt=now()), most)


def lost_sessions(most: int) -> int:
    """Take from people's lists the sessions that are not there any more."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    return _delete(UserSession.objects.filter(~Exists(alive)), most)


def unverified_sign_ups(most: int) -> int:
    """Erase accounts that somebody signed up for, and whose address nobody verified in time."""
    days = settings.UNVERIFIED_SIGN_UP_DAYS
    if not days:
        return 0
    verified = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    elsewhere = ExternalIdentity.objects.filter(user=OuterRef("pk"))
    other_site = SocialAccount.objects.filter(user=OuterRef("pk"))
    rows = User.objects.filter(
        ~Exists(verified),
        ~Exists(elsewhere),
        ~Exists(other_site),
        signed_up=True,
        last_login=None,
        erasing_at=None,
        is_staff=False,
        is_superuser=False,
        date_joined__lt=now() - timedelta(days=days),
    ).order_by("pk")
    found = list(rows[:most])
    for user in found:
        try:
            erasure.begin(user)
        except TrellisError:
            continue
        erasure.go_on(user.pk)
    return len(found)


def _delete(rows: QuerySet[Any], most: int) -> int:
    """Delete some of the rows; return how many."""
    some = list(rows.values_list("pk", flat=True)[:most])
    rows.model._base_manager.filter(pk__in=some).delete()
    return len(some)


STEPS: dict[str, Callable[[int], int]] = {
    "ended_tokens": ended_tokens,
    "expired_tokens": expired_tokens,
    "expired_sessions": expired_sessions,
    "lost_sessions": lost_sessions,
    "exports": exports.tidy,
    "unverified_sign_ups": unverified_sign_ups,
}
