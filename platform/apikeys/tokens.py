"""The text of an API key: ``trls_<prefix>_<secret>``.

The prefix is public: it names the key in lists and finds its row. The secret has 256 random bits,
so a plain SHA-256 of the key is all the database needs. A slow, salted hash protects passwords
because people choose few of them; nobody can list 2**256 keys, and a slow hash would only make
each request slow.
"""

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass

HEAD = "trls_"
PREFIX_LENGTH = 8
TAIL_LENGTH = 4
SECRET_BYTES = 32
LETTERS = string.ascii_letters + string.digits
PATTERN = re.compile(HEAD + r"([0-9A-Za-z]{8})_([0-9A-Za-z_-]{43})")


@dataclass(frozen=True)
class Token:
    """A well-formed key. It may still be nobody's."""

    text: str
    prefix: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the whole text, as 64 hexadecimal digits."""
        return hashlib.sha256(self.text.encode("ascii")).hexdigest()

    @property
    def tail(self) -> str:
        """The last characters, by which people tell keys apart: 24 of the 256 random bits."""
        return self.text[-TAIL_LENGTH:]

    def matches(self, digest: str) -> bool:
        """Whether this is the key with that digest, in time that tells nothing of either."""
        return hmac.compare_digest(self.digest, digest)

    def __repr__(self) -> str:
        return f"Token({self.prefix!r})"  # a key never reaches a log


def generate() -> Token:
    """Return a new random key."""
    prefix = "".join(secrets.choice(LETTERS) for _ in range(PREFIX_LENGTH))
    return Token(f"{HEAD}{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}", prefix)


def split(text: str) -> Token | None:
    """Return the key that the text spells, or None where it spells none."""
    found = PATTERN.fullmatch(text)
    return Token(text, found[1]) if found else None
