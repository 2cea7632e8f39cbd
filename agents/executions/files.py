"""The files of one run, in a directory of its own, and those that its owner has sent in."""

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from blocks.sdk import BlockError
from blocks.sdk.media import decode_data_uri
from uploads import services as uploads
from uploads.errors import FileNotFound
from uploads.references import id_in

REFERENCE = re.compile(r"[0-9a-f]{64}[A-Za-z0-9.]{0,12}")


class RunFiles:
    """Files below ``<data directory>/files/<run>``, and the owner's own. Satisfies ``Files``."""

    def __init__(self, execution: UUID, owner_id: Any = None) -> None:
        self.folder = Path(settings.PATHS.files) / str(execution)
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
        if not REFERENCE.fullmatch(reference) or not (self.folder / reference).is_file():
            raise BlockError(f"This run has no file {reference[:100]!r}.")
        return (self.folder / reference).read_bytes()

    def size(self, reference: str) -> int | None:
        """Return how many bytes the file has, None where there is no such file."""
        if pk := id_in(reference):
            return uploads.size(self.owner_id, pk)
        if not REFERENCE.fullmatch(reference):
            return None
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / reference).stat().st_size
        return None

    def _read_upload(self, pk: UUID, reference: str) -> bytes:
        """Return a file that the run's owner sent in: whoever wrote the graph may have others."""
        try:
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
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / reference).write_bytes(content)
        return reference


def of(execution: UUID) -> Iterator[tuple[str, Path]]:
    """Yield the files of a run: what they are called, and where they are."""
    with contextlib.suppress(FileNotFoundError):
        for path in sorted((Path(settings.PATHS.files) / str(execution)).iterdir()):
            yield path.name, path


def discard(execution: UUID) -> bool:
    """Remove the files of a run. False: there were none."""
    folder = Path(settings.PATHS.files) / str(execution)
    if not folder.is_dir():
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def total(execution: UUID) -> int:
    """Return how many bytes the files of a run have."""
    folder = Path(settings.PATHS.files) / str(execution)
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        return sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
    return 0


def folders() -> Iterator[tuple[UUID, datetime]]:
    """Yield each run that has files here, and when the last one was added."""
    with contextlib.suppress(FileNotFoundError), os.scandir(settings.PATHS.files) as entries:
        for entry in entries:
            with contextlib.suppress(ValueError, OSError):  # not ours, or gone meanwhile
                changed = datetime.fromtimestamp(entry.stat(follow_symlinks=False).st_mtime, UTC)
                if entry.is_dir(follow_symlinks=False):
                    yield UUID(entry.name), changed


def share(source: UUID, target: UUID) -> None:
    """Give a run the files of another one. They are named for their content and never change."""
    files = Path(settings.PATHS.files)
    if not (files / str(source)).is_dir():
        return
    (files / str(target)).mkdir(parents=True, exist_ok=True)
    for file in (files / str(source)).iterdir():
        with contextlib.suppress(FileExistsError):
            (files / str(target) / file.name).hardlink_to(file)
