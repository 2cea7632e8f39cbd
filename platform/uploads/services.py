"""Keep files of people, read them, and let them go."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from audit import trail
from audit.actions import Action
from quotas.storage import room_for
from uploads import content, names
from uploads.errors import FileNotFound, FileTooLarge, StorageUnavailable
from uploads.models import Upload
from uploads.reaching import reachable

STORAGE = "uploads"
TOUCH_EVERY = timedelta(hours=1)
HALVES_STAY = timedelta(days=1)  # an upload may be under way for as long
BATCH = 500


def largest_file() -> int:
    """Return how many bytes a file may have."""
    most: int = settings.UPLOADS["max_bytes"]
    return most


def keep(owner_id: Any, file: File[bytes], *, name: str) -> Upload:
    """Return the owner's file with this content and name, kept now unless it was there before.

    Raises FileTooLarge or StorageFull; then nothing is kept.
    """
    if (length := file.size or 0) > largest_file():
        raise FileTooLarge(
            f"The file has {length:,} bytes; {largest_file():,} are allowed. "
            "Send a smaller one, or raise MAX_FILE_BYTES."
        )
    name, digest = names.clean(name), _digest(file)
    same = {"digest": digest, "name": name}
    if found := Upload.objects.of(owner_id).filter(**same).first():
        _touch(found)
        return found
    with transaction.atomic():
        room_for(owner_id, length)
        upload = Upload.objects.create(
            owner_id=owner_id,
            size=length,
            content_type=content.media_type(_head(file), name),
            **same,
        )
    try:
        with reachable():
            _storage().save(upload.place, file)
        with transaction.atomic():
            Upload.objects.filter(pk=upload.pk).update(is_whole=True)
            _record(Action.FILE_SENT, upload)
    except IntegrityError:  # the same file came a second time, at the same moment
        _remove(upload)
        return keep(owner_id, file, name=name)
    except BaseException:
        with suppress(StorageUnavailable):  # the sweep will do it
            _remove(upload)
        raise
    upload.is_whole = True
    return upload


def find(owner_id: Any, pk: UUID) -> Upload:
    """Return the owner's file. Raises FileNotFound, for somebody else's too."""
    found = Upload.objects.of(owner_id).filter(pk=pk).first()
    if found is None:
        raise FileNotFound
    return found


def size(owner_id: Any, pk: UUID) -> int | None:
    """Return how many bytes the owner's file has; None where there is no such file."""
    return Upload.objects.of(owner_id).filter(pk=pk).values_list("size", flat=True).first()


def read(upload: Upload) -> bytes:
    """Return what is in the file, which counts as a use of it. Raises FileNotFound."""
    try:
        with reachable(), _storage().open(upload.place) as stored:
            found: bytes = stored.read()
    except FileNotFoundError:
        raise FileNotFound("The content of this file is gone from the storage.") from None
    _touch(upload)
    return found


@transaction.atomic
def discard(upload: Upload) -> None:
    """Delete the file, as somebody asks. Again, it changes nothing."""
    if _let_go(upload):
        _record(Action.FILE_DELETED, upload)


def bytes_used(owner_id: Any) -> int:
    """Return how much room the owner's files take, those that are just coming in as well."""
    return Upload.objects.filter(owner_id=owner_id).bytes_taken()


def tidy() -> Mapping[str, int]:
    """Remove what broke off and what is unused for too long, a bounded number; return how many."""
    halves = list(Upload.objects.halves(now() - HALVES_STAY)[:BATCH])
    for upload in halves:
        _remove(upload)
    unused = _unused()
    for upload in unused:
        _let_go(upload)
    return {"halves": len(halves), "unused": len(unused)}


def remove_some(owner_id: Any) -> bool:
    """Remove a bounded number of the owner's files; return whether those were all."""
    some = list(Upload.objects.filter(owner_id=owner_id)[:BATCH])
    for upload in some:
        _remove(upload)
    return len(some) < BATCH


def forget_content(upload: Upload) -> None:
    """Remove what is in a file whose row goes with something else, such as its owner."""
    transaction.on_commit(partial(_storage().delete, upload.place), robust=True)


def _unused() -> list[Upload]:
    days = settings.UPLOADS["retention_days"]
    if not days:
        return []
    return list(Upload.objects.unused_since(now() - timedelta(days=days))[:BATCH])


def _let_go(upload: Upload) -> bool:
    """Hide the file, and remove it once that is committed. False: somebody did before."""
    was_there = Upload.objects.filter(pk=upload.pk, is_whole=True).update(is_whole=False) == 1
    transaction.on_commit(partial(_remove, upload), robust=True)  # else the sweep does it
    return was_there


def _record(action: Action, upload: Upload) -> None:
    """Write what somebody did with the file. Its name is the owner's word, as those of agents are."""
    trail.record(action, owner=upload.owner_id, thing=upload, details={"size": upload.size})


def _remove(upload: Upload) -> None:
    with reachable():
        _storage().delete(upload.place)
    Upload.objects.filter(pk=upload.pk).delete()


def _touch(upload: Upload) -> None:
    """Note that the file was used; at most one write an hour, however busy it is."""
    moment = now()
    stale = moment - TOUCH_EVERY
    if upload.last_used_at < stale:
        Upload.objects.filter(pk=upload.pk, last_used_at__lt=stale).update(last_used_at=moment)


def _storage() -> Storage:
    return storages[STORAGE]


def _digest(file: File[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _head(file: File[bytes]) -> bytes:
    file.seek(0)
    head: bytes = file.read(content.HEAD_BYTES)
    file.seek(0)
    return head
