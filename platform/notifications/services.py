"""Tell people; let them read."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils.timezone import now

from accounts.notifications import NotificationType
from notifications.models import LONGEST_ABOUT, LONGEST_LINK, LONGEST_TITLE, Notification
from notifications.timing import BETWEEN, delay

# One statement for each, so that of two that tell at the same time one joins the other.
TELL = """
INSERT INTO notifications_notification
  (id, owner_id, kind, about, title, text, link, count, created, updated, mail_due_at, mail_failures)
SELECT %(id)s, %(owner)s, %(kind)s, %(about)s, %(title)s, %(text)s, %(link)s, %(count)s,
  %(now)s, %(now)s, %(due)s, 0
WHERE EXISTS (SELECT FROM accounts_user WHERE id = %(owner)s AND is_active)
ON CONFLICT (owner_id, kind, about) WHERE read_at IS NULL AND NOT about = ''
DO UPDATE SET
  title = EXCLUDED.title, text = EXCLUDED.text, link = EXCLUDED.link,
  count = notifications_notification.count + EXCLUDED.count, updated = EXCLUDED.updated,
  mail_due_at = COALESCE(
    notifications_notification.mail_due_at,
    GREATEST(EXCLUDED.mail_due_at, notifications_notification.mailed_at + %(between)s)
  )
"""


@dataclass(frozen=True)
class Note:
    """What somebody is to be told.

    ``link`` is a path of this instance. Of what is ``about`` the same, one line tells as long as it
    is unread; without it, each is a line of its own.
    """

    owner_id: int
    kind: NotificationType
    title: str
    text: str = ""
    link: str = ""
    about: str = ""

    def __post_init__(self) -> None:
        """Refuse a link that leads away from this instance."""
        if self.link and (not self.link.startswith("/") or self.link.startswith("//")):
            raise ValueError(f"{self.link!r} is no path of this instance.")


def tell(*notes: Note) -> None:
    """Tell people; inactive ones are not told. It counts if the transaction does."""
    moment = now()
    with connection.cursor() as cursor:
        # In one order, so that two who tell the same people never wait for each other.
        cursor.executemany(TELL, [_row(*one, moment) for one in _joined(notes)])


def mark_read(user: Any, *pks: UUID) -> int:
    """Mark these of the user's notifications as read, all if none are named; return how many."""
    rows = Notification.objects.visible_to(user).unread()
    if pks:
        rows = rows.filter(pk__in=pks)
    return rows.update(read_at=now(), mail_due_at=None)


def _joined(notes: Iterable[Note]) -> list[tuple[Note, int]]:
    """Return the newest of each that are about the same, with how many there are, in order."""
    counts: Counter[tuple[int, str, str]] = Counter()
    newest: dict[tuple[int, str, str], Note] = {}
    for note in notes:
        key = (note.owner_id, note.kind.value, note.about or uuid4().hex)
        counts[key] += 1
        newest[key] = replace(note, title=" ".join(note.title.split())[:LONGEST_TITLE])
    return [(newest[key], counts[key]) for key in sorted(newest)]


def _row(note: Note, count: int, moment: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "owner": note.owner_id,
        "kind": note.kind.value,
        "about": note.about[:LONGEST_ABOUT],
        "title": note.title,
        "text": note.text,
        "link": note.link[:LONGEST_LINK],
        "count": count,
        "now": moment,
        "due": moment + delay(note.kind),
        "between": BETWEEN,
    }
