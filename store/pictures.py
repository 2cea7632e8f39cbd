"""Keep pictures of creators for their listings, show them, and let them go."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from accounts.models import User
from kernel.errors import NotFound
from store.drawing import MOST_BYTES, drawn
from store.errors import PictureMissing, TooManyPictures
from store.models import ListingVersion, Picture, VersionPicture
from uploads.errors import StorageUnavailable
from uploads.reaching import reachable

STORAGE = "uploads"
MOST_OF_VERSION = 8
MOST_UNUSED = 50  # of a creator
UNUSED_STAY = timedelta(days=2)
HALVES_STAY = timedelta(hours=1)
BATCH = 200


def keep(owner: User, file: IO[bytes]) -> Picture:
    """Return the owner's picture, drawn anew; the same one that was kept before stays as it is.

    Raises ListingPictureTooLarge, PictureTooSmall, NotAPicture or TooManyPictures; then
    nothing is kept.
    """
    made = drawn(file.read(MOST_BYTES + 1))
    digest = hashlib.sha256(made.content).hexdigest()
    if found := _same(owner, digest):
        return found
    with transaction.atomic():
        if Picture.objects.filter(owner=owner, versions=None).count() >= MOST_UNUSED:
            raise TooManyPictures
        picture = Picture.objects.create(
            owner=owner,
            digest=digest,
            width=made.width,
            height=made.height,
            size=len(made.content),
        )
    try:
        with reachable():
            _storage().save(picture.place, ContentFile(made.content))
        Picture.objects.filter(pk=picture.pk).update(is_whole=True)
    except IntegrityError:  # the same picture came a second time, at the same moment
        _remove(picture)
        return keep_same(owner, digest)
    except BaseException:
        with suppress(StorageUnavailable):  # the sweep will do it
            _remove(picture)
        raise
    picture.is_whole = True
    return picture


def keep_same(owner: User, digest: str) -> Picture:
    """Return the owner's picture with the digest. Raises PictureMissing."""
    found = _same(owner, digest)
    if found is None:
        raise PictureMissing
    return found


def content(pk: UUID) -> bytes:
    """Return the picture with this address: who knows it may see it. Raises NotFound."""
    found = Picture.objects.filter(pk=pk, is_whole=True).first()
    try:
        if found is not None:
            with reachable(), _storage().open(found.place) as stored:
                read: bytes = stored.read()
                return read
    except FileNotFoundError:
        pass
    raise NotFound(f"There is no picture `{pk}`.")


def show(version: ListingVersion, pks: Sequence[UUID]) -> bool:
    """Let the version show these pictures of its creator, in this order; return whether that is new.

    Raises PictureMissing. Only while the listing's row is locked.
    """
    before = list(version.shown_pictures.values_list("picture_id", flat=True))
    wanted = list(dict.fromkeys(pks))
    if wanted == before:
        return False
    # Locked, so that no sweep takes one away at this moment.
    rows = Picture.objects.of(version.listing.owner_id).filter(pk__in=wanted)
    mine = set(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    for pk in wanted:
        if pk not in mine:
            raise PictureMissing(f"There is no picture `{pk}`, or it is not yours.")
    version.shown_pictures.all().delete()
    VersionPicture.objects.bulk_create(
        VersionPicture(version=version, picture_id=pk, place=place)
        for place, pk in enumerate(wanted)
    )
    return True


def tidy() -> int:
    """Remove what broke off and what no version shows; return how many."""
    moment = now()
    halves = list(Picture.objects.halves(moment - HALVES_STAY)[:BATCH])
    with transaction.atomic():
        unused = Picture.objects.unused(moment - UNUSED_STAY)
        rows = Picture.objects.filter(pk__in=list(unused.values_list("pk", flat=True)[:BATCH]))
        rows = rows.select_for_update(skip_locked=True, no_key=True)
        free = [one for one in rows if not one.shown_by.exists()]
        Picture.objects.filter(pk__in=[one.pk for one in free]).update(is_whole=False)
    for picture in (*halves, *free):
        _remove(picture)
    return len(halves) + len(free)


def remove_some(owner_id: Any) -> bool:
    """Remove a bounded number of the owner's pictures; return whether those were all."""
    some = list(Picture.objects.filter(owner_id=owner_id)[:BATCH])
    for picture in some:
        _remove(picture)
    return len(some) < BATCH


def _same(owner: User, digest: str) -> Picture | None:
    return Picture.objects.of(owner.pk).filter(digest=digest).first()


def _remove(picture: Picture) -> None:
    with reachable():
        _storage().delete(picture.place)
    Picture.objects.filter(pk=picture.pk).delete()


def _storage() -> Storage:
    return storages[STORAGE]
