"""Secrets at rest: AES-256-GCM under keys that can be changed.

What is sealed says under which key (`key_id`), so that keys change without a moment at which nothing
can be read: the first of ``CREDENTIALS_KEYS`` seals, all of them open. What belongs where is sealed in
(``place``), so a sealed secret opens nothing in another row.
"""

import hashlib
import os
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from credentials.errors import CredentialUnreadable
from kernel.jsontypes import JSONObject, dumps, loads

PURPOSE = b"credentials.sealing"
VERSION = b"\x01"
NONCE = 12  # bytes
ID = 16  # characters of a key's id


class Sealed(NamedTuple):
    """A secret as it is kept."""

    content: bytes
    key_id: str


def seal(value: JSONObject, *, place: str) -> Sealed:
    """Return the value as only this instance can read it, and only for this place."""
    id, cipher = _keys()[0]
    nonce = os.urandom(NONCE)
    return Sealed(
        VERSION + nonce + cipher.encrypt(nonce, dumps(value).encode(), place.encode()), id
    )


def unseal(sealed: Sealed, *, place: str) -> JSONObject:
    """Return what was sealed for this place. Raises CredentialUnreadable."""
    content = sealed.content
    cipher = dict(_keys()).get(sealed.key_id)
    if cipher is None or not content.startswith(VERSION):
        raise CredentialUnreadable(
            "This instance has no key that opens the credential: its key has the id "
            f"{sealed.key_id!r}. Put the former key into CREDENTIALS_KEY_FALLBACKS."
        )
    nonce, text = content[1 : 1 + NONCE], content[1 + NONCE :]
    try:
        found: JSONObject = loads(cipher.decrypt(nonce, text, place.encode()))
    except InvalidTag:
        raise CredentialUnreadable(
            "The credential was changed in the database, so it is not opened. Enter it anew."
        ) from None
    return found


def present_key() -> str:
    """Return the id of the key that seals."""
    return _keys()[0][0]


def _keys() -> tuple[tuple[str, AESGCM], ...]:
    return _ciphers(tuple(settings.CREDENTIALS_KEYS))


@lru_cache(maxsize=4)
def _ciphers(keys: tuple[str, ...]) -> tuple[tuple[str, AESGCM], ...]:
    return tuple((_id(key), AESGCM(_derived(key))) for key in keys)


def _id(key: str) -> str:
    return hashlib.sha256(PURPOSE + b".id:" + key.encode()).hexdigest()[:ID]


def _derived(key: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return derive.derive(key.encode())
