"""Is a call genuine? Signatures over the very bytes that came, compared in constant time.

Nothing here passes without a secret: an empty one is refused before anything is compared.
"""

import base64
import binascii
import hashlib
import hmac
import re

from agents.triggers.errors import CallRefused

WINDOW = 300
"""Seconds by which a signed timestamp may differ from our clock, either way."""
TIMESTAMP = re.compile(r"[0-9]{1,12}")
STANDARD_HEAD = "whsec_"  # how Standard Webhooks writes secrets, in base64


def require(secret: str) -> bytes:
    """Return the secret as bytes. Raises CallRefused where there is none: no secret opens nothing."""
    if not secret.strip():
        raise CallRefused("This trigger has no secret, so it takes no calls. Give it a new one.")
    return secret.encode()


def check_shown(secret: str, shown: str) -> None:
    """Return where the caller showed the secret itself. Raises CallRefused."""
    known = require(secret)
    if not shown:
        raise CallRefused("The call shows no secret. Send it in the header X-Webhook-Secret.")
    if not hmac.compare_digest(known, shown.encode("utf-8", "replace")):
        raise CallRefused("The secret in the header X-Webhook-Secret is another one.")


def check_hex(secret: str, shown: str, message: bytes, *, header: str) -> None:
    """Return where the header has ``sha256=`` and the message's HMAC in hexadecimal digits."""
    known = require(secret)
    if not shown:
        raise CallRefused(f"The call is not signed: it has no header {header}.")
    wanted = "sha256=" + hmac.new(known, message, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), shown.strip().encode("utf-8", "replace")):
        raise CallRefused(
            f"The signature in the header {header} is not that of this body with our secret."
        )


def check_standard(secret: str, shown: str, message: bytes) -> None:
    """Return where one of the signatures of the header ``webhook-signature`` is the message's."""
    known = require(secret)
    if not shown:
        raise CallRefused("The call is not signed: it has no header webhook-signature.")
    made = hmac.new(_standard_key(secret, known), message, hashlib.sha256).digest()
    wanted = b"v1," + base64.b64encode(made)
    found = [one.encode("utf-8", "replace") for one in shown.split(" ")[:10]]
    if True not in [hmac.compare_digest(wanted, one) for one in found]:  # each is compared
        raise CallRefused("No signature in the header webhook-signature is that of this body.")


def check_time(shown: str, now: float, *, header: str) -> None:
    """Return where the signed timestamp is near our clock's time. Raises CallRefused."""
    if not TIMESTAMP.fullmatch(shown):
        raise CallRefused(
            f"The header {header} has no time: send whole seconds since 1970, and sign them."
        )
    if abs(now - int(shown)) > WINDOW:
        raise CallRefused(
            f"The time in the header {header} is more than {WINDOW} seconds from ours. Sign each "
            "call when it is sent, and set the sender's clock."
        )


def _standard_key(secret: str, plain: bytes) -> bytes:
    if not secret.startswith(STANDARD_HEAD):
        return plain
    try:
        return base64.b64decode(secret.removeprefix(STANDARD_HEAD), validate=True) or plain
    except (binascii.Error, ValueError):
        return plain
