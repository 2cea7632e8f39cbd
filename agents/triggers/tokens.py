"""The secret part of a trigger's address, and the secrets that its callers show.

A token has 256 random bits, so a SHA-256 of it finds its trigger: what is compared in the database is
a digest, which nobody can approach letter by letter. The token itself is kept sealed beside the
trigger's secret, because its owner wants to read the address again.
"""

import hashlib
import re
import secrets

HEAD = "trwh_"
PATTERN = re.compile(HEAD + r"[0-9A-Za-z_-]{43}")
LEAST = 16
"""Characters that a secret has which somebody chooses."""
MOST = 512


def new_token() -> str:
    """Return a new random token for an address."""
    return f"{HEAD}{secrets.token_urlsafe(32)}"


def new_secret() -> str:
    """Return a new random secret for callers."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what finds a token's trigger, as 64 hexadecimal digits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
