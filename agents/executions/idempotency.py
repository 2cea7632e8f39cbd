"""One run for each key: a request to start one that is sent twice begins it once.

The key is recorded in the transaction that begins the run, so there is neither a key without its
run nor a run without its key. Of two requests at once the second one waits, at the key's unique
constraint, for the first to commit. A start that was refused leaves no key behind.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now

from agents.executions.models import Execution, StartKey
from kernel.errors import Conflict, TrellisError

LONGEST = 255
BATCH = 1000

# An expired key is taken as a new one would be: in one statement, so that one request gets it.
TAKE = """
INSERT INTO executions_startkey (owner_id, key, digest, execution_id, created)
VALUES (%(owner)s, %(key)s, %(digest)s, %(execution)s, %(now)s)
ON CONFLICT (owner_id, key) DO UPDATE
SET digest = EXCLUDED.digest, execution_id = EXCLUDED.execution_id, created = EXCLUDED.created
WHERE executions_startkey.created < %(oldest)s
RETURNING id
"""


class InvalidIdempotencyKey(TrellisError):
    """An Idempotency-Key has 1 to 255 visible ASCII characters, without blanks."""

    code = "invalid_idempotency_key"


class IdempotencyKeyReused(TrellisError):
    """The Idempotency-Key began another request. Use a new key for each new request."""

    code = "idempotency_key_reused"
    status = 422


@dataclass(frozen=True)
class KeyedRequest:
    """A request that its client may send again under the same key."""

    key: str
    digest: str

    @classmethod
    def of(cls, key: str, *place: str, body: Any) -> Self:
        """Return the request of this key: what it asks (``body``) and where (method and path).

        Raises InvalidIdempotencyKey.
        """
        if not (0 < len(key) <= LONGEST and all("!" <= sign <= "~" for sign in key)):
            raise InvalidIdempotencyKey
        text = json.dumps([*place, body], sort_keys=True, separators=(",", ":"))
        return cls(key, hashlib.sha256(text.encode()).hexdigest())


@dataclass(frozen=True)
class Started:
    """A run, and whether an earlier request with the same key began it."""

    execution: Execution
    replayed: bool


def once(
    owner_id: Any,
    request: KeyedRequest | None,
    begin: Callable[[UUID], Execution],
    *,
    within: timedelta | None = None,
) -> Started:
    """Return the run that the request began before, or the one that ``begin`` begins now.

    ``begin`` gets the id that its run must have; what it raises leaves nothing behind. Keys are
    remembered for ``within``; by default as long as the instance says. A request without a key
    begins a run each time. Raises IdempotencyKeyReused where the key began another request.
    """
    if request is None:
        return Started(begin(uuid4()), replayed=False)
    with transaction.atomic():
        pk = uuid4()
        if _take(owner_id, request, pk, within):
            return Started(begin(pk), replayed=False)
        kept = StartKey.objects.filter(owner_id=owner_id, key=request.key).first()
        if kept is None:
            raise Conflict("The run of this key was removed at this moment. Try again.")
        if kept.digest != request.digest:
            raise IdempotencyKeyReused
        execution = Execution.objects.with_graph().get(pk=kept.execution_id)
        return Started(execution, replayed=True)


def forget_old_keys() -> int:
    """Remove keys that are not remembered any more, a bounded number; return how many."""
    old = StartKey.objects.older_than(_oldest(None)).values("pk")[:BATCH]
    return StartKey.objects.filter(pk__in=old).delete()[0]


def _take(owner_id: Any, request: KeyedRequest, pk: UUID, within: timedelta | None) -> bool:
    values = {
        "owner": owner_id,
        "key": request.key,
        "digest": request.digest,
        "execution": pk,
        "now": now(),
        "oldest": _oldest(within),
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        return cursor.fetchone() is not None


def _oldest(within: timedelta | None) -> datetime:
    return now() - (within or settings.EXECUTIONS["remember_keys"])
