"""Tokens that an identity provider issued."""

import base64
import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from allauth.account.models import EmailAddress
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import connection
from django.test import Client
from jwt.algorithms import RSAAlgorithm

from accounts import external
from accounts.authentication import credential_of_token
from accounts.issuers import Issuer
from accounts.jwks import KeySet
from accounts.models import ExternalIdentity, User
from tests.support.sockets import Sockets

pytestmark = pytest.mark.django_db
GRAPHS = "/api/v1/graphs/"
ISSUER, AUDIENCE = "https://login.example.org", "trellis"
SECRET = "a-secret-that-both-sides-know-well"
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_PEM = PRIVATE.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
JWKS = {"keys": [{**json.loads(RSAAlgorithm.to_jwk(PRIVATE.public_key())), "kid": "k1"}]}


@pytest.fixture(autouse=True)
def issuer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EXTERNAL_ISSUER = Issuer(
        name=ISSUER,
        audience=AUDIENCE,
        algorithms=("RS256", "HS256"),
        secret=SECRET,
        jwks_url=f"{ISSUER}/keys",
        leeway=30,
    )
    keys = KeySet(f"{ISSUER}/keys", lambda url: JWKS)
    monkeypatch.setattr(external, "key_set", lambda url: keys)


def token(*, key: Any = PRIVATE, alg: str = "RS256", kid: str | None = "k1", **claims: Any) -> str:
    now = int(time.time())
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "u-1",
        "iat": now,
        "exp": now + 60,
        "email": "eve@example.org",
        "email_verified": True,
        **claims,
    }
    said = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(said, key, algorithm=alg, headers={"kid": kid} if kid else {})


def user_of_token(text: str) -> User | None:
    found = credential_of_token(text)
    return found.bearer() if found else None


def call(text: str) -> tuple[int, str]:
    answer = Client().get(GRAPHS, headers={"Authorization": f"Bearer {text}"})
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize("alg", ["RS256", "HS256"])
def test_the_first_visit_makes_a_person_and_the_next_finds_it(alg: str) -> None:
    key = PRIVATE if alg == "RS256" else SECRET
    for _ in range(2):
        assert call(token(key=key, alg=alg, preferred_username="eve")) == (200, "")

    [identity] = ExternalIdentity.objects.select_related("user")
    eve = identity.user
    assert (identity.issuer, identity.subject) == (ISSUER, "u-1")
    assert (eve.username, eve.email, eve.role) == ("eve", "eve@example.org", "user")
    assert not eve.has_usable_password()
    assert EmailAddress.objects.get(user=eve).verified


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-service"},
        {"aud": None},
        {"exp": None},
        {"exp": 1_600_000_000},
        {"iat": None},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "a\0b"},
        {"kid": "another"},
        {"key": "foreign"},
        {"alg": "RS512"},
        {"alg": "HS256", "key": "another-secret-that-nobody-here-knows"},
    ],
    ids=lambda change: "-".join(f"{name}-{value}"[:24] for name, value in change.items()),
)
def test_a_token_that_is_not_for_us_lets_nobody_in(change: dict[str, Any]) -> None:
    if change.get("key") == "foreign":
        change = {"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)}

    assert call(token(**change)) == (401, "token_not_valid")
    assert not User.objects.exists()


def test_an_unsigned_token_lets_nobody_in() -> None:
    assert call(token(key=None, alg="none")) == (401, "token_not_valid")


def test_a_public_key_is_not_taken_for_a_secret() -> None:
    """The classic: sign with HS256 and the provider's public key as the secret."""
    now = int(time.time())
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u-1", "iat": now, "exp": now + 60}
    forged = _hs256(said, PUBLIC_PEM)

    assert call(forged) == (401, "token_not_valid")


def _hs256(said: dict[str, Any], key: bytes) -> str:
    """Sign by hand: the library refuses to make such a token."""

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    body = f"{part(json.dumps({'alg': 'HS256', 'kid': 'k1'}).encode())}.{part(json.dumps(said).encode())}"
    return f"{body}.{part(hmac.new(key, body.encode(), hashlib.sha256).digest())}"


def test_clocks_may_differ_a_little() -> None:
    now = int(time.time())

    assert call(token(iat=now + 20, exp=now + 60)) == (200, "")
    assert call(token(exp=now - 20)) == (200, "")


def test_nobody_takes_over_an_account_by_its_address(alice: User) -> None:
    User.objects.update(email="eve@example.org")
    EmailAddress.objects.create(user=alice, email="eve@example.org", verified=True, primary=True)

    found = user_of_token(token())

    assert found
    assert found != alice
    assert found.email == ""
    assert EmailAddress.objects.count() == 1


def test_an_address_that_nobody_verified_is_not_noted() -> None:
    found = user_of_token(token(email_verified=None))

    assert found
    assert found.email == ""


def test_a_name_that_is_taken_or_reserved_becomes_another(bob: User) -> None:
    names = [
        getattr(
            user_of_token(token(sub=f"u-{n}", email=None, preferred_username=name)), "username", ""
        )
        for n, name in enumerate(["bob", "admin", "é", ""])
    ]

    assert [name.rpartition("-")[0] for name in names] == ["bob", "admin", "user", "user"]


def test_an_inactive_person_stays_outside() -> None:
    call(token())
    User.objects.update(is_active=False)

    assert call(token()) == (401, "user_inactive")


def test_a_role_counts_only_where_the_provider_has_a_say(settings: Any) -> None:
    assert getattr(user_of_token(token(role="admin")), "role", "") == "user"

    settings.EXTERNAL_ISSUER = Issuer(**{**vars(settings.EXTERNAL_ISSUER), "admin_role": "admin"})
    assert getattr(user_of_token(token(role="admin")), "role", "") == "admin"
    assert getattr(user_of_token(token(role="authenticated")), "role", "") == "user"


def test_signing_out_everywhere_ends_tokens_of_the_provider_too() -> None:
    old = token(iat=int(time.time()) - 10)
    headers = {"Authorization": f"Bearer {old}"}
    assert Client().post("/api/v1/auth/sign-out-everywhere/", headers=headers).status_code == 204

    assert call(old) == (401, "signed_out")
    assert call(token(iat=int(time.time()) + 5)) == (200, "")


def test_our_own_tokens_go_on_working(alice: User) -> None:
    from accounts.tokens import AccessToken

    assert call(str(AccessToken.for_user(alice))) == (200, "")


@pytest.mark.django_db(transaction=True)
def test_two_first_visits_at_the_same_time_make_one_person() -> None:
    text = token()

    def visit(_: int) -> int:
        try:
            found = user_of_token(text)
            return found.pk if found else 0
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(visit, range(8)))

    assert found == {User.objects.get().pk}


@pytest.mark.django_db(transaction=True)
async def test_sockets_take_them_too(socket: Sockets) -> None:
    connected = await socket(f"/ws/v1/?token={token()}")
    answer = await connected.ask("heartbeat", "ping")

    assert (connected.accepted, answer["data"]) == (True, "pong")
