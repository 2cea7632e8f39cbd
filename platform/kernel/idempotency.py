"""One thing for each key: a request to make something that is sent twice makes it once.

The key is recorded in the transaction that makes the thing, so there is neither a key without its
thing nor a thing without its key. Of two requests at once the second one waits, at the key's
unique constraint, for the first to commit. A request that was refused leaves no key behind.

Each kind of thing has a table of keys (`kernel.models.RequestKey`), so that a key goes with what
it made.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Self, TypeVar
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils.timezone import now

from kernel.errors import Conflict, TrellisError
from kernel.models import RequestKey

LONGEST = 255
BATCH = 1000

# An expired key is taken as a new one would be: in one statement, so that one request gets it.
TAKE = """
INSERT INTO {table} (owner_id, key, digest, {made}, created)
VALUES (%(owner)s, %(key)s, %(digest)s, %(made)s, %(now)s)
ON CONFLICT (owner_id, key) DO UPDATE
SET digest = EXCLUDED.digest, {made} = EXCLUDED.{made}, created = EXCLUDED.created
WHERE {table}.created < %(oldest)s
RETURNING id
"""

Key = TypeVar("Key", bound=RequestKey)
Thing = TypeVar("Thing")


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

    @classmethod
    def of_form(cls, form: str, *place: str, body: Any) -> Self | None:
        """Return the form as sent: filled in the same way, it is the same click.

        ``form`` is what the page wrote into it; None where it wrote nothing.
        """
        if not form:
            return None
        digest = cls.of("page", form, *place, body=body).digest
        return cls(f"page:{digest}", digest)


@dataclass(frozen=True)
class Once(Generic[Thing]):
    """What a request made, and whether an earlier one with the same key did."""

    thing: Thing
    replayed: bool


@dataclass(frozen=True)
class Keys(Generic[Key, Thing]):
    """The keys of one kind of thing. ``made`` is the column that says which thing a key made."""

    model: type[Key]
    made: str
    again: Callable[[Key], Thing]

    def once(
        self,
        owner_id: Any,
        request: KeyedRequest | None,
        make: Callable[[UUID], Thing],
        *,
        within: timedelta,
    ) -> Once[Thing]:
        """Return what the request made before, or what ``make`` makes now.

        ``make`` gets the id that the thing must have; what it raises leaves nothing behind. A
        request without a key makes a thing each time. Raises IdempotencyKeyReused where the key,
        remembered for ``within``, began another request.
        """
        if request is None:
            return Once(make(uuid4()), replayed=False)
        with transaction.atomic():
            pk = uuid4()
            if self._take(owner_id, request, pk, now() - within):
                return Once(make(pk), replayed=False)
            kept = self.model._default_manager.filter(owner_id=owner_id, key=request.key).first()
            if kept is None:
                raise Conflict("What this key made was removed at this moment. Try again.")
            if kept.digest != request.digest:
                raise IdempotencyKeyReused
            return Once(self.again(kept), replayed=True)

    def forget(self, within: timedelta) -> int:
        """Remove keys that are not remembered any more, a bounded number; return how many."""
        keys = self.model._default_manager
        old = keys.filter(created__lt=now() - within).values("pk")[:BATCH]
        return keys.filter(pk__in=old).delete()[0]

    def _take(self, owner_id: Any, request: KeyedRequest, pk: UUID, oldest: datetime) -> bool:
        values = {
            "owner": owner_id,
            "key": request.key,
            "digest": request.digest,
            "made": pk,
            "now": now(),
            "oldest": oldest,
        }
        with connection.cursor() as cursor:
            cursor.execute(TAKE.format(table=self.model._meta.db_table, made=self.made), values)
            return cursor.fetchone() is not None
