"""The files of one run, and those that its owner keeps.

Where the files of runs are is a `RunPlace`: the data directory, or a bucket.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from accounts.holdings import Opener
from agents.executions.bucket import Bucket
from agents.executions.disk import Disk
from blocks.sdk import BlockError, TransientBlockError
from blocks.sdk.media import decode_data_uri
from kernel.errors import TrellisError
from uploads import services as uploads
from uploads.errors import FileNotFound, StorageUnavailable
from uploads.references import id_in

STORAGE = "runs"  # in Django's STORAGES, where there is a bucket
REFERENCE = re.compile(r"[0-9a-f]{64}[A-Za-z0-9.]{0,12}")


class RunPlace(Protocol):
    """Where files of runs are. A name is what `REFERENCE` matches."""

    def read(self, run: UUID, name: str) -> bytes | None:
        """Return the file's content; None where there is no such file."""

    def size(self, run: UUID, name: str) -> int | None:
        """Return how many bytes the file has; None where there is no such file."""

    def write(self, run: UUID, name: str, content: bytes) -> None:
        """Keep a file."""

    def each(self, run: UUID) -> Iterator[tuple[str, Opener]]:
        """Yield the run's files: what they are called, and what opens them."""

    def totals(self, runs: Sequence[UUID]) -> list[int]:
        """Return how many bytes the files of each run have."""

    def discard(self, runs: Iterable[UUID]) -> int:
        """Remove the files of the runs; return how many of them had any."""

    def runs(self) -> Iterator[tuple[UUID, datetime]]:
        """Yield each run that has files, and when the last one was added."""

    def share(self, source: UUID, target: UUID) -> None:
        """Give a run the files of another one, which never change."""


def place() -> RunPlace:
    """Return where this instance keeps the files of runs."""
    if STORAGE in storages.backends:
        return Bucket(storages[STORAGE])
    return Disk(Path(settings.PATHS.files))


class RunFiles:
    """The files of a run, and its owner's own. Satisfies ``Files``."""

    def __init__(self, execution: UUID, owner_id: Any = None) -> None:
        self.execution = execution
        self.owner_id = owner_id

    def read(self, reference: str) -> bytes:
        if reference.startswith("data:"):
            return decode_data_uri(reference).content
        if pk := id_in(reference):
            return self._read_upload(pk, reference)
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", reference):
            raise BlockError(
                f"{reference[:100]!r} is no file of this run. Files of the web begin with https:// or"
                " http://, and are fetched with `context.http`."
            )
        found = None
        if REFERENCE.fullmatch(reference):
            with for_blocks():
                found = place().read(self.execution, reference)
        if found is None:
            raise BlockError(f"This run has no file {reference[:100]!r}.")
        return found

    def size(self, reference: str) -> int | None:
        """Return how many bytes the file has, None where there is no such file."""
        if pk := id_in(reference):
            return uploads.size(self.owner_id, pk)
        if not REFERENCE.fullmatch(reference):
            return None
        return place().size(self.execution, reference)

    def _read_upload(self, pk: UUID, reference: str) -> bytes:
        """Return a file that the run's owner keeps: whoever wrote the graph may have others."""
        try:
            with for_blocks():
                return uploads.read(uploads.find(self.owner_id, pk))
        except FileNotFound:
            raise BlockError(
                f"Whoever runs this has no file {reference[:200]!r}: it was deleted, or is somebody "
                "else's. Choose the file again."
            ) from None

    def write(self, content: bytes, *, name: str) -> str:
        # Named for its content: a block that runs again writes no second copy.
        ending = re.sub(r"[^A-Za-z0-9.]", "", Path(name).suffix)[:12]
        reference = f"{hashlib.sha256(content).hexdigest()}{ending}"
        with for_blocks():
            place().write(self.execution, reference, content)
        return reference

    def keep(self, content: bytes, *, name: str) -> str:
        try:
            with for_blocks():
                return uploads.keep(self.owner_id, ContentFile(content), name=name).uri
        except TrellisError as error:
            raise FileNotKept(error) from None


class FileNotKept(BlockError):
    """The file is too large, or its owner has no room left."""

    def __init__(self, error: TrellisError) -> None:
        super().__init__(error.message)
        self.code = error.code


@contextmanager
def for_blocks() -> Iterator[None]:
    """Have blocks try again later where the storage cannot be reached now."""
    try:
        yield
    except StorageUnavailable as error:
        raise TransientBlockError(error.message) from None
