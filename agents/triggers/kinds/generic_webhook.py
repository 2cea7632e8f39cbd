"""Any site that can send a request: it shows a secret, or signs with it."""

import hashlib
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from agents.triggers import signing
from agents.triggers.calls import Call
from agents.triggers.kinds.base import Called, Config, Genuine

IDS = ("Idempotency-Key", "webhook-id")


class GenericConfig(Config):
    """How its callers show that they are genuine. There is no way without."""

    auth: Literal["header", "hmac", "standard"] = Field(
        "header",
        title="Callers",
        description="`header`: show the secret in X-Webhook-Secret. `hmac`: sign "
        "`{timestamp}.{body}` (X-Webhook-Timestamp, X-Webhook-Signature: sha256=…). `standard`: "
        "sign as Standard Webhooks says (webhook-id, webhook-timestamp, webhook-signature).",
    )


class GenericWebhook(Called[GenericConfig]):
    """Believes whoever has the secret."""

    name = "generic_webhook"
    title = "Webhook"
    description = "Begins a run with the body of each call to an address of its own."
    order = 10
    config = GenericConfig
    provider = "generic_webhook"

    def judge(
        self, call: Call, secret: str, config: GenericConfig, wanted: Sequence[str] | None
    ) -> Genuine:
        signature = self._checked(call, secret, config.auth)
        return Genuine(
            payload=call.json_object(),
            delivery_id=call.delivery_id(*IDS),
            signature=signature,
            only_once=True,
        )

    def _checked(self, call: Call, secret: str, auth: str) -> str | None:
        """Return what may come once. Raises CallRefused."""
        match auth:
            case "header":
                signing.check_shown(secret, call.header("X-Webhook-Secret"))
                return None
            case "hmac":
                time = call.header("X-Webhook-Timestamp")
                signing.check_hex(
                    secret,
                    call.header("X-Webhook-Signature"),
                    time.encode("utf-8", "replace") + b"." + call.body,
                    header="X-Webhook-Signature",
                )
                signing.check_time(time, call.time, header="X-Webhook-Timestamp")
                return _digest(time, call.body)
        time, id = call.header("webhook-timestamp"), call.header("webhook-id")
        head = f"{id}.{time}.".encode("utf-8", "replace")
        signing.check_standard(secret, call.header("webhook-signature"), head + call.body)
        signing.check_time(time, call.time, header="webhook-timestamp")
        return _digest(f"{id}.{time}", call.body)


def _digest(head: str, body: bytes) -> str:
    """Return what stands for a signed message, however its signature was written."""
    return hashlib.sha256(head.encode("utf-8", "replace") + b"." + body).hexdigest()


kind = GenericWebhook()
