"""Signatures of webhooks, as Standard Webhooks has them (https://www.standardwebhooks.com, 1.0).

`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`,
under the bytes whose base64 follows `whsec_` in the secret.
"""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    """Return a secret that nobody can guess."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode("ascii")


def headers(*, id: str, timestamp: int, body: bytes, secrets: list[str]) -> dict[str, str]:
    """Return the headers of a call. With several secrets it has a signature for each."""
    signed = b".".join([id.encode(), str(timestamp).encode(), body])
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(signed, one) for one in secrets),
    }


def _signature(signed: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode("ascii")
