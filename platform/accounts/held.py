"""What this app, and the libraries that it stands on, hold of people."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts import exports
from accounts.holdings import (
    BATCH,
    Holding,
    Opener,
    Progress,
    all_but,
    goes_with_others,
    only,
    register,
    stays,
)
from accounts.models import Avatar, Export, ExternalIdentity, NotificationPreferences, Profile, User
from audit.models import Entry

OF_NO_USE = "secrets, of no use outside"
GROUPS = "what the instance's staff allow"


def end_sessions(holding: Holding, person: int) -> Progress:
    """Remove sessions, and what they remember, which names the person in no column."""
    some = list(holding.rows(person).values_list("pk", "session_key")[:BATCH])
    Session.objects.filter(session_key__in=[key for _, key in some]).delete()
    UserSession.objects.filter(pk__in=[pk for pk, _ in some]).delete()
    return Progress.MORE if len(some) == BATCH else Progress.DONE


def picture_of(avatar: Avatar) -> Iterator[tuple[str, Opener]]:
    """Yield the picture, as it is shown."""
    yield "avatar.webp", partial(BytesIO, bytes(avatar.content))


register(
    Holding(
        User,
        owner="pk",
        shape=all_but("password", "max_concurrent_executions", "signed_out_at"),
        erase=goes_with_others,  # last of all
    ),
    Holding(User.groups.through, owner="user", why_not=GROUPS),
    Holding(User.user_permissions.through, owner="user", why_not=GROUPS),
    Holding(Profile, owner="user", shape=all_but()),
    Holding(Avatar, owner="user", shape=only("id", "created"), files=picture_of),
    Holding(NotificationPreferences, owner="user", shape=all_but()),
    Holding(ExternalIdentity, owner="user", shape=all_but()),
    Holding(Export, owner="user", why_not="this file", erase=exports.erase),
    Holding(EmailAddress, owner="user", shape=all_but()),
    Holding(EmailConfirmation, owner="email_address__user", why_not=OF_NO_USE),
    Holding(Authenticator, owner="user", shape=only("id", "type", "created_at", "last_used_at")),
    Holding(SocialAccount, owner="user", shape=all_but()),
    Holding(SocialToken, owner="account__user", why_not=OF_NO_USE),
    Holding(
        UserSession,
        owner="user",
        shape=only("id", "created_at", "last_seen_at", "ip", "user_agent"),
        erase=end_sessions,
    ),
    Holding(OutstandingToken, owner="user", shape=only("id", "created_at", "expires_at")),
    Holding(BlacklistedToken, owner="token__user", why_not="which of the tokens were ended"),
    Holding(
        Entry,
        owner="owner",
        also=("actor",),
        # Not who did it, nor from where: that may have been somebody else.
        shape=only(
            *("id", "created", "action", "outcome", "via"),
            *("object_type", "object_id", "object_label", "details"),
        ),
        erase=stays,
    ),
    Holding(LogEntry, owner="user", why_not="what staff did with the instance and other people"),
)
