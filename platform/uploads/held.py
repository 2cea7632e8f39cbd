"""What this app holds of people: the files that they sent in."""

from collections.abc import Iterator
from functools import partial

from django.core.files.storage import storages

from accounts.holdings import Holding, Opener, only, register
from uploads.models import Upload
from uploads.services import STORAGE


def content_of(upload: Upload) -> Iterator[tuple[str, Opener]]:
    """Yield the file under its name, which `uploads.names` has made harmless."""
    yield upload.name, partial(storages[STORAGE].open, upload.place)


register(
    Holding(
        Upload,
        owner="owner",
        shape=only("id", "name", "content_type", "size", "digest", "created", "last_used_at"),
        files=content_of,  # the content goes with the row, by the signal of its deletion
    ),
)
