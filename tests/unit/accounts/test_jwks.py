"""Keys that an identity provider publishes."""

import json
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from accounts.jwks import LIFE, PAUSE, IdentityProviderUnavailable, KeySet, UnknownKey

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()


def published(*names: str) -> dict[str, Any]:
    key = json.loads(RSAAlgorithm.to_jwk(RSA))
    return {"keys": [{**key, "kid": name, "use": "sig"} for name in names]}


class Provider:
    """Answers what it is told to, and counts."""

    def __init__(self, *names: str) -> None:
        self.answer: Any = published(*names)
        self.asked = 0
        self.moment = 1000.0

    def ask(self, url: str) -> Any:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def keys(self) -> KeySet:
        return KeySet("https://login.example.org/keys", self.ask, lambda: self.moment)


def test_keys_are_asked_for_once() -> None:
    provider = Provider("a", "b")
    keys = provider.keys()

    assert isinstance(keys.find("a"), jwt.PyJWK)
    assert keys.find("b").key_id == "b"
    assert provider.asked == 1


def test_keys_are_asked_for_again_when_they_are_old() -> None:
    provider = Provider("a")
    keys = provider.keys()
    keys.find("a")
    provider.answer = published("b")
    provider.moment += LIFE + 1

    with pytest.raises(UnknownKey):
        keys.find("a")
    assert keys.find("b").key_id == "b"
    assert provider.asked == 2


def test_a_new_key_is_found_by_its_name_at_once() -> None:
    provider = Provider("a")
    keys = provider.keys()
    keys.find("a")
    provider.answer = published("a", "b")
    provider.moment += PAUSE

    assert keys.find("b").key_id == "b"


def test_made_up_names_do_not_make_us_ask_again_and_again() -> None:
    provider = Provider("a")
    keys = provider.keys()
    for number in range(100):
        with pytest.raises(UnknownKey):
            keys.find(f"made-up-{number}")
    assert provider.asked == 1

    provider.moment += PAUSE
    for number in range(100):
        with pytest.raises(UnknownKey):
            keys.find(f"made-up-{number}")
    assert provider.asked == 2


@pytest.mark.parametrize(
    "answer",
    [httpx.ConnectError("no"), {"keys": []}, [], {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}],
)
def test_while_the_provider_does_not_answer_the_keys_it_gave_stay_good(answer: Any) -> None:
    provider = Provider("a")
    keys = provider.keys()
    keys.find("a")
    provider.answer = answer
    provider.moment += LIFE + 1

    assert keys.find("a").key_id == "a"
    assert provider.asked == 2


def test_without_any_key_the_provider_is_unavailable() -> None:
    provider = Provider()
    provider.answer = httpx.ConnectError("no")

    with pytest.raises(IdentityProviderUnavailable):
        provider.keys().find("a")


def test_a_token_that_names_no_key_gets_the_only_one() -> None:
    assert Provider("a").keys().find(None).key_id == "a"
    with pytest.raises(UnknownKey):
        Provider("a", "b").keys().find(None)
