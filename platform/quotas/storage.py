"""Room for what people keep: the values of their runs, and files.

Whoever writes something large asks first, in the transaction in which it writes its row:

    with transaction.atomic():
        room_for(user.pk, len(content))
        Upload.objects.create(owner=user, bytes=len(content), …)

The row's table is one that counts (`counted`), so the database adds its size to what the owner has stored, and
takes it away when the row goes. `room_for` holds the sum until the transaction ends: of two uploads at
once, the second sees the first.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from kernel.errors import Conflict
from quotas.allowance import MEGABYTE, Quota, in_units, limit_of
from quotas.models import OwnQuota, Usage


class StorageFull(Conflict):
    """What you keep here takes up all the room that you have. Delete runs or files."""

    code = "storage_full"


@dataclass(frozen=True)
class Storage(Quota):
    """How many bytes somebody keeps, and may keep."""

    def refuse_unless_room_for(self, size: int) -> None:
        """Raise StorageFull where so many bytes more would be too many."""
        if not self.has_room_for(size):
            raise full(self, size)


def room_for(user_id: Any, size: int) -> Storage:
    """Make sure that a user may keep so many bytes more, until the present transaction ends.

    Returns what was stored before. Raises StorageFull; roll back then. Call it inside `atomic`.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"user": user_id})
        [(used, own)] = cursor.fetchall()
    found = Storage(used, limit_in_bytes(own))
    found.refuse_unless_room_for(size)
    return found


def storage_of(user_id: Any) -> Storage:
    """Return what a user has stored by the last count, and may store."""
    used = Usage.objects.filter(pk=user_id).values_list("stored_bytes", flat=True).first()
    own = OwnQuota.objects.filter(pk=user_id).values_list("storage_mb", flat=True).first()
    return Storage(used or 0, limit_in_bytes(own))


def full(storage: Quota, size: int = 0) -> StorageFull:
    """Return the refusal that says how much is stored, how much may be, and what to do."""
    limit = storage.limit or 0
    more = f", and {in_units(size)} more would be too much" if size else ""
    return StorageFull(
        f"You keep {in_units(storage.used)} of the {in_units(limit)} that you may{more}. Delete runs "
        "or files that you no longer need, or let them go after some days (retention). "
        "An administrator of this instance can raise your limit.",
        members={"quota": {"kind": "storage", "limit": limit, "used": storage.used}},
    )


def limit_in_bytes(own: int | None) -> int | None:
    """Return the limit that holds, where somebody has this one of their own, in MB."""
    limit = limit_of(own, settings.QUOTAS["storage_mb"])
    return None if limit is None else limit * MEGABYTE


HOLD = f"""
INSERT INTO {Usage._meta.db_table} AS usage (user_id, day)
VALUES (%(user)s, (clock_timestamp() AT TIME ZONE 'UTC')::date)
ON CONFLICT (user_id) DO UPDATE SET stored_bytes = usage.stored_bytes
RETURNING stored_bytes,
  (SELECT storage_mb FROM {OwnQuota._meta.db_table} own WHERE own.user_id = usage.user_id)
"""
