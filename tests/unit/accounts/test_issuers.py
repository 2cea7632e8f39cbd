"""Settings of an external issuer that would let in too many, or nobody, stop the start."""

from typing import Any

import pytest

from accounts.issuers import Issuer, IssuerNotUsable

GOOD: dict[str, Any] = {
    "name": "https://login.example.org",
    "audience": "trellis",
    "algorithms": ("RS256",),
    "jwks_url": "https://login.example.org/keys",
}


def test_an_issuer_with_its_keys_is_usable() -> None:
    assert Issuer(**GOOD).leeway == 30
    assert Issuer(**{**GOOD, "jwks_url": "http://localhost:9000/keys"}).jwks_url


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"audience": ""}, "EXTERNAL_JWT_AUDIENCE"),
        ({"algorithms": ()}, "EXTERNAL_JWT_ALGORITHMS"),
        ({"algorithms": ("none",)}, "EXTERNAL_JWT_ALGORITHMS='none'"),
        ({"algorithms": ("HS256",)}, "EXTERNAL_JWT_SECRET"),
        ({"algorithms": ("HS256",), "secret": "short"}, "32 bytes"),
        ({"jwks_url": ""}, "EXTERNAL_JWT_JWKS_URL or EXTERNAL_JWT_PUBLIC_KEY"),
        ({"jwks_url": "http://login.example.org/keys"}, "https://"),
    ],
)
def test_one_that_is_not_is_refused_by_name(change: dict[str, Any], words: str) -> None:
    with pytest.raises(IssuerNotUsable) as caught:
        Issuer(**{**GOOD, **change})

    assert words in caught.value.message
