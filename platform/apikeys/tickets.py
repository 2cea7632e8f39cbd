"""Tickets: one opens one WebSocket, within a minute.

An address ends up in logs and histories, so a token in it is known to more than its owner. A ticket
is worth nothing once it was used. It opens what the credential opens for which it was made, and as
long; only a digest of its text is kept.
"""

import hashlib
import logging
import secrets
from dataclasses import asdict
from typing import Any

from django.core.cache import cache
from redis import RedisError

from accounts.standing import SessionCredential, TokenCredential
from apikeys.standing import KeyCredential
from kernel.errors import TrellisError
from kernel.standing import Credential, holding

logger = logging.getLogger(__name__)

SECONDS = 60
KINDS: dict[str, Any] = {
    "key": KeyCredential,
    "session": SessionCredential,
    "token": TokenCredential,
}


class TicketsUnavailable(TrellisError):
    """No tickets can be made just now, because Redis does not answer. Try again in a moment."""

    code = "tickets_unavailable"
    status = 503


def issue(credential: Credential) -> str:
    """Return a new ticket for what the credential opens. Raises TicketsUnavailable."""
    [kind] = [name for name, known in KINDS.items() if isinstance(credential, known)]
    text = secrets.token_urlsafe(32)
    try:
        cache.set(_place(text), {"kind": kind, **asdict(credential)}, SECONDS)  # type: ignore[call-overload]
    except RedisError:
        raise TicketsUnavailable from None
    return text


def redeem(text: str) -> Credential | None:
    """Return the credential for which the ticket was made, if that still holds, and end the ticket.

    None for a ticket that was used, has expired, or never was.
    """
    place = _place(text)
    try:
        kept = cache.get(place)
        if kept is None or not cache.delete(place):  # of two who come at once, one deletes it
            return None
    except RedisError as error:
        logger.warning("A ticket could not be looked up: %s", error)
        return None
    kind = KINDS[kept.pop("kind")]
    values = {name: tuple(one) if isinstance(one, list) else one for name, one in kept.items()}
    credential: Credential = kind(**values)
    return credential if holding([credential]) else None


def _place(text: str) -> str:
    return f"ticket:{hashlib.sha256(text.encode()).hexdigest()}"
