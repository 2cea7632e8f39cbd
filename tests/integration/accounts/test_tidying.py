"""What is over is removed, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils.timezone import now
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts import erasure, tidying
from accounts.models import ExternalIdentity, User
from accounts.tokens import RefreshToken
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PAST, FUTURE = now() - timedelta(days=1), now() + timedelta(days=1000)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(erasure, "send", lambda person, **_: found.append(person))
    return found


def signed_up(name: str, days: int, **more: Any) -> User:
    joined = now() - timedelta(days=days)
    return UserFactory.create(username=name, signed_up=True, date_joined=joined, **more)


def test_tokens_go_when_they_have_expired(alice: User) -> None:
    tokens = [RefreshToken.for_user(alice) for _ in range(4)]
    tokens[0].blacklist()
    tokens[1].blacklist()
    old = [tokens[0]["jti"], tokens[2]["jti"]]
    OutstandingToken.objects.filter(jti__in=old).update(expires_at=PAST)
    gone = tidying.tidy()

    assert (gone["ended_tokens"], gone["expired_tokens"]) == (1, 2)
    assert {one.jti for one in OutstandingToken.objects.all()} == {
        tokens[1]["jti"],
        tokens[3]["jti"],
    }
    assert [one.token.jti for one in BlacklistedToken.objects.all()] == [tokens[1]["jti"]]


def test_sessions_go_when_they_have_expired(alice: User) -> None:
    for key, end in (("old", PAST), ("new", FUTURE)):
        Session.objects.create(session_key=key, session_data="", expire_date=end)
        UserSession.objects.create(user=alice, session_key=key, ip="127.0.0.1", user_agent="")
    gone = tidying.tidy()

    assert (gone["expired_sessions"], gone["lost_sessions"]) == (1, 1)
    assert [one.session_key for one in Session.objects.all()] == ["new"]
    assert [one.session_key for one in UserSession.objects.all()] == ["new"]


def test_sign_ups_that_nobody_verified_go_after_a_week(settings: Any) -> None:
    signed_up("late", 8)
    waiting = signed_up("waiting", 8)
    EmailAddress.objects.create(user=waiting, email="w@example.org", verified=False)
    signed_up("recent", 6)
    verified = signed_up("verified", 8)
    EmailAddress.objects.create(user=verified, email="v@example.org", verified=True)
    external = signed_up("external", 8)
    ExternalIdentity.objects.create(user=external, issuer="i", subject="s")
    signed_up("came-in", 8, last_login=now())
    UserFactory.create(username="made-by-staff", date_joined=now() - timedelta(days=8))
    names = ["came-in", "external", "made-by-staff", "recent", "verified"]

    assert tidying.tidy()["unverified_sign_ups"] == 2
    assert sorted(User.objects.values_list("username", flat=True)) == names
    settings.UNVERIFIED_SIGN_UP_DAYS = 0
    User.objects.update(date_joined=now() - timedelta(days=800))
    assert tidying.tidy()["unverified_sign_ups"] == 0


def test_it_goes_on_batch_by_batch_as_long_as_it_has_time(alice: User) -> None:
    for _ in range(5):
        RefreshToken.for_user(alice)
    OutstandingToken.objects.update(expires_at=PAST)

    assert tidying.tidy(seconds=0)["expired_tokens"] == 0
    assert tidying.tidy(batch=2)["expired_tokens"] == 5
