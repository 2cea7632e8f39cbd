"""What this app holds of people: the files that they sent in."""

from collections.abc import Iterator
from functools import partial

from django.core.files.storage import storages

from accounts.holdings import Holding, Opener, Progress, only, register
from uploads.errors import StorageUnavailable
from uploads.models import Upload
from uploads.services import STORAGE, remove_some


def content_of(upload: Upload) -> Iterator[tuple[str, Opener]]:
    """Yield the file under its name, which `uploads.names` has made harmless."""
    yield upload.name, partial(storages[STORAGE].open, upload.place)


def erase(holding: Holding, person: int) -> Progress:
    """Remove some of the person's files: the content first, so that none is left without a row."""
    try:
        is_last = remove_some(person)
    except StorageUnavailable:
        return Progress.WAITS
    return Progress.DONE if is_last else Progress.MORE


register(
    Holding(
        Upload,
        owner="owner",
        shape=only("id", "name", "content_type", "size", "digest", "created", "last_used_at"),
        files=content_of,
        erase=erase,
    ),
)
