"""Keep texts, find them, and let them go.

Whoever writes holds the collection's row first, then the texts' rows, then the owner's storage: two who add
to one collection wait for each other, and never in a circle.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from audit import trail
from audit.actions import Action
from knowledge import searching
from knowledge.entries import Entry, Found, check, check_metadata, check_name, is_storable, unique
from knowledge.errors import KnowledgeFull, KnowledgeInvalid, KnowledgeMismatch
from knowledge.models import Collection, Passage
from quotas.storage import room_for

MOST = 50_000  # texts of a collection: a search reads all of them
MOST_FOUND = 100
AT_ONCE = 100  # rows of one statement
LONGEST_MODEL = 200


def refuse_unless_ready(name: str) -> None:
    """Raise KnowledgeUnavailable or KnowledgeInvalid where nothing can be kept under this name."""
    check_name(name)
    searching.refuse_without_pgvector()


@transaction.atomic
def add(
    owner_id: Any,
    name: str,
    entries: Sequence[Entry],
    *,
    vectors: Sequence[Sequence[float]],
    model: str,
) -> list[str]:
    """Keep the texts in a collection, which is made if need be, and return their keys, in order.

    A text takes the place of what is under its key. All are kept, or none: raises KnowledgeInvalid,
    KnowledgeMismatch, KnowledgeFull or StorageFull.
    """
    check_name(name)
    check(entries)
    keys = [entry.place for entry in entries]
    if not entries:
        return keys
    size = len(vectors[0])
    collection = _held(owner_id, name, model[:LONGEST_MODEL], size)
    places = unique(entries)
    rows = [
        Passage(
            owner_id=owner_id,
            collection=collection,
            key=key,
            text=entries[number].text,
            metadata=dict(entries[number].metadata),
            vector=list(vectors[number]),
            size=entries[number].size(size),
        )
        for key, number in places.items()
    ]
    _make_room(collection, rows)
    Passage.objects.bulk_create(
        rows,
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["collection", "key"],
        update_fields=["text", "metadata", "vector", "size", "updated"],
    )
    return keys


def search(
    owner_id: Any,
    name: str,
    query: Sequence[float],
    *,
    model: str,
    limit: int,
    filter: Mapping[str, Any],
    least: float | None = None,
) -> list[Found] | None:
    """Return the texts of a collection that are nearest, nearest first; None where there is no such.

    ``filter``: what their metadata must have; ``least``: the score that they must reach. Raises
    KnowledgeInvalid, KnowledgeMismatch or KnowledgeUnavailable.
    """
    check_name(name)
    check_metadata(filter)
    if not 1 <= limit <= MOST_FOUND:
        raise KnowledgeInvalid(f"{limit} is no number of texts to find. Use 1 to {MOST_FOUND}.")
    collection = Collection.objects.of(owner_id).filter(name=name).first()
    if collection is None:
        return None
    if not _fits(collection, model[:LONGEST_MODEL], len(query)):
        if not collection.passages.exists():
            return []
        raise _mismatch(collection, model, len(query))
    return searching.nearest(collection.pk, query, limit=limit, filter=filter, least=least)


@transaction.atomic
def delete(
    owner_id: Any, name: str, *, keys: Sequence[str] | None, filter: Mapping[str, Any]
) -> int:
    """Delete the texts under the keys (None: under any) that have all of this in their metadata.

    Returns how many there were. Raises KnowledgeInvalid.
    """
    check_name(name)
    check_metadata(filter)
    collection = Collection.objects.of(owner_id).filter(name=name)
    held = collection.select_for_update(no_key=True).first()
    if held is None:
        return 0
    usable = None if keys is None else [key for key in keys if is_storable(key)]
    return searching.delete(held.pk, usable, filter)


@transaction.atomic
def discard(collection: Collection) -> None:
    """Delete a collection with all its texts, as somebody asks. Again, it changes nothing."""
    found = Collection.objects.filter(pk=collection.pk).select_for_update().first()
    if found is not None:
        trail.record(Action.KNOWLEDGE_DELETED, owner=found.owner_id, thing=found)
        found.delete()


def _held(owner_id: Any, name: str, model: str, size: int) -> Collection:
    """Return the collection, locked. Raises KnowledgeMismatch where its vectors are others."""
    given = {"model": model, "dimensions": size}
    mine = Collection.objects.select_for_update(no_key=True).of(owner_id).filter(name=name)
    found = mine.first()
    while found is None:  # somebody may delete it right after it was made
        new = Collection(owner_id=owner_id, name=name, **given)
        Collection.objects.bulk_create([new], ignore_conflicts=True)
        found = mine.first()
    if not _fits(found, model, size):
        if found.passages.exists():
            raise _mismatch(found, model, size)
        found.model, found.dimensions = model, size
    found.updated = now()
    found.save(update_fields=["model", "dimensions", "updated"])
    return found


def _make_room(collection: Collection, rows: Sequence[Passage]) -> None:
    """Raise KnowledgeFull or StorageFull where there is no room for the rows."""
    there = dict(
        collection.passages.filter(key__in=[row.key for row in rows])
        .order_by("key")
        .select_for_update(no_key=True)
        .values_list("key", "size")
    )
    if collection.passages.count() + len(rows) - len(there) > MOST:
        raise KnowledgeFull(
            f"The collection {collection.name!r} would have more than {MOST:,} texts, the most that one may"
            " have. Delete some, or use another collection."
        )
    more = sum(row.size for row in rows) - sum(there.values())
    if more > 0:
        room_for(collection.owner_id, more)


def _fits(collection: Collection, model: str, size: int) -> bool:
    return (collection.model, collection.dimensions) == (model, size)


def _mismatch(collection: Collection, model: str, size: int) -> KnowledgeMismatch:
    return KnowledgeMismatch(
        f"The vectors of the collection {collection.name!r} are of the model {collection.model!r}, with"
        f" {collection.dimensions:,} numbers; these are of {model!r}, with {size:,}, and cannot be"
        " compared. Use the same model, another collection, or empty this one and add its texts anew."
    )
