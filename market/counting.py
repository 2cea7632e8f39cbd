"""What visitors did is counted: once for each visitor, agent and day, and not for creators themselves."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.timezone import now

from market import visitors
from market.buffer import Buffer, buffer_at
from market.models import COUNTED, Entry, Rollup, SearchTerm
from market.models.term import LONGEST_TERM
from market.ranking import Happening, heat
from store.models import Listing

VIEW, DOWNLOAD, INSTALL = "views", "downloads", "installs"
BATCH = 500

logger = logging.getLogger(__name__)
Counts = dict[UUID, dict[str, int]]


def count(what: str, listing: Listing, request: HttpRequest) -> None:
    """Count a visit to a listing, if it is one of a person who did not make it. Never raises."""
    if not visitors.is_visit(request) or _is_mine(listing, request):
        return
    visitor = partial(visitors.digest, request)
    buffer().visit(f"{what}:{listing.pk}", visitor, today())


def searched(term: str, request: HttpRequest, *, found: bool) -> None:
    """Note what was searched for, and nothing of who did."""
    if term and visitors.is_visit(request):
        buffer().search(today(), " ".join(term.casefold().split())[:LONGEST_TERM], found=found)


def roll_up() -> int:
    """Write down what was counted since the last time; return how many agents that concerns.

    Exactly once, however often it is tried: see `market.buffer`.
    """
    batch = buffer().take()
    if batch is None:
        return 0
    pk, fields = batch
    counts, terms = _read(fields)
    with transaction.atomic():
        Rollup.objects.get_or_create(pk=Rollup.ONLY)
        row = Rollup.objects.select_for_update().get(pk=Rollup.ONLY)
        if row.batch != pk:
            add(counts, now())
            _add_terms(terms)
            row.batch, row.at = pk, now()
            row.save()
    buffer().drop(pk)
    return len(counts)


def add(counts: Mapping[UUID, Mapping[str, int]], moment: datetime) -> None:
    """Add to the counts of agents, and to their heat. Those without an entry are left out."""
    pks = sorted(counts)
    for start in range(0, len(pks), BATCH):
        wanted = pks[start : start + BATCH]
        rows = Entry.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
        entries = list(rows.only("pk", "heat", *COUNTED))
        for entry in entries:
            found = {name: counts[entry.pk].get(name, 0) for name in COUNTED}
            entry.heat = heat(entry.heat, Happening(**found), moment)
            for name, number in found.items():
                setattr(entry, name, getattr(entry, name) + number)
        Entry.objects.bulk_update(entries, ["heat", *COUNTED])


def buffer() -> Buffer:
    """Return where counts wait."""
    return buffer_at(settings.REDIS_URL)


def today() -> date:
    return datetime.now(UTC).date()


def _is_mine(listing: Listing, request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and user.pk == listing.owner_id


def _read(fields: Mapping[str, str]) -> tuple[Counts, dict[tuple[date, str], tuple[int, bool]]]:
    """Return the counts of each agent, and how often each thing was searched for."""
    counts: Counts = defaultdict(dict)
    terms = {}
    for name, number in fields.items():
        kind, rest = name.split(":", 1)
        if kind in COUNTED:
            counts[UUID(rest)][kind] = int(number)
        elif kind == "term":
            day, term = rest.split(":", 1)
            was_found = fields.get(f"found:{rest}", "1") == "1"
            terms[date.fromisoformat(day), term] = int(number), was_found
    return counts, terms


def _add_terms(terms: Mapping[tuple[date, str], tuple[int, bool]]) -> None:
    rows: Iterable[SearchTerm] = [
        SearchTerm(day=day, term=term.replace("\x00", ""), searches=number, found=found)
        for (day, term), (number, found) in sorted(terms.items())
    ]
    known = {
        (row.day, row.term): row
        for row in SearchTerm.objects.select_for_update().filter(
            day__in={row.day for row in rows}, term__in={row.term for row in rows}
        )
    }
    for row in rows:
        if old := known.get((row.day, row.term)):
            SearchTerm.objects.filter(pk=old.pk).update(
                searches=F("searches") + row.searches, found=row.found
            )
    SearchTerm.objects.bulk_create([row for row in rows if (row.day, row.term) not in known])
