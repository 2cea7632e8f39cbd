"""Public keys that an identity provider publishes, kept for a while.

A token names its key, and whoever sends tokens can make up names. So an unknown name makes us ask
the provider again, but not more often than every half minute. While the provider does not answer,
the keys it last published stay good.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import httpx
import jwt

from kernel.errors import TrellisError

logger = logging.getLogger(__name__)

LIFE = 600.0  # seconds after which keys are asked for again
PAUSE = 30.0  # seconds between two questions
TIMEOUT = 5.0
LARGEST = 256 * 1024  # bytes of an answer

Fetch = Callable[[str], Any]


class IdentityProviderUnavailable(TrellisError):
    """The identity provider does not say its keys just now. Try again in a moment."""

    code = "identity_provider_unavailable"
    status = 503


class UnknownKey(Exception):
    """The provider publishes no key of that name."""


def fetch(url: str) -> Any:
    """Return the JSON at the address. Raises httpx.HTTPError or ValueError."""
    with (
        httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client,
        client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
    ):
        answer.raise_for_status()
        if answer.is_redirect:
            raise ValueError("The address of the keys leads elsewhere.")
        body = b""
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > LARGEST:
                raise ValueError("The list of keys is too large.")
    return json.loads(body)


class KeySet:
    """The keys at one address."""

    def __init__(
        self, url: str, ask: Fetch = fetch, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.url = url
        self._ask = ask
        self._clock = clock
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._asked_at = float("-inf")
        self._known_at = float("-inf")
        self._asking = threading.Lock()

    def find(self, name: str | None) -> jwt.PyJWK:
        """Return the key of that name; the only key where none is named.

        Raises UnknownKey, or IdentityProviderUnavailable where no key is known at all.
        """
        if self._clock() - self._known_at > LIFE or self._get(name) is None:
            self._ask_again()
        found = self._get(name)
        if found is not None:
            return found
        if not self._keys:
            raise IdentityProviderUnavailable
        raise UnknownKey

    def _get(self, name: str | None) -> jwt.PyJWK | None:
        keys = self._keys
        if name is None:
            return next(iter(keys.values())) if len(keys) == 1 else None
        return keys.get(name)

    def _ask_again(self) -> None:
        """Ask the provider, unless it was asked a moment ago."""
        with self._asking:
            if self._clock() - self._asked_at < PAUSE:
                return
            self._asked_at = self._clock()
            try:
                self._keys = _usable(self._ask(self.url))
            except (httpx.HTTPError, ValueError, jwt.PyJWTError) as error:
                logger.warning("keys not read: %s", error, extra={"action": "jwks"})
            else:
                self._known_at = self._asked_at


def _usable(document: Any) -> dict[str, jwt.PyJWK]:
    """Return the keys for signatures, by name. Raises ValueError where there is none."""
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("This is no list of keys.")
    found: dict[str, jwt.PyJWK] = {}
    for one in document["keys"]:
        # "oct" would be a shared secret: no public list holds one that can be trusted.
        if not isinstance(one, dict) or one.get("use", "sig") != "sig" or one.get("kty") == "oct":
            continue
        try:
            found[str(one.get("kid", ""))] = jwt.PyJWK(one)
        except jwt.PyJWTError:
            continue  # of a kind that this release does not know
    if not found:
        raise ValueError("The list holds no key for signatures.")
    return found


@cache
def key_set(url: str) -> KeySet:
    """Return this process's keys of the address."""
    return KeySet(url)
