"""The log as a file for spreadsheets."""

import csv
import json
from collections.abc import Iterator

from django.db import transaction

from audit.models import Entry, EntryQuerySet

MOST = 100_000  # lines of one file
COLUMNS = (
    *("when", "action", "outcome", "actor_id", "actor", "via", "credential", "address"),
    *("request_id", "owner_id", "owner", "object_type", "object_id", "object_label", "details"),
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins so


class _Line:
    """What ``csv`` writes to: it hands the text on."""

    def write(self, text: str) -> str:
        return text


def lines(rows: EntryQuerySet) -> Iterator[str]:
    """Yield the file, line by line, with its heading; the newest first."""
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    with transaction.atomic():  # for the cursor that reads them bit by bit
        for line in rows.with_people().order_by("-created", "-pk")[:MOST].iterator(2000):
            yield writer.writerow([_inert(cell) for cell in _cells(line)])


def _cells(line: Entry) -> list[str]:
    owner = line.owner.get_username() if line.owner else ""
    found = (
        *(line.created.isoformat(), line.action, line.outcome, line.actor_id, line.who, line.via),
        *(line.credential, line.address, line.request_id, line.owner_id, owner),
        *(line.object_type, line.object_id, line.label, json.dumps(line.details)),
    )
    return ["" if one is None else str(one) for one in found]


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULAS) else cell
