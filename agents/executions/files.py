"""The files of one run, in a directory of its own."""

import re
import shutil
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from blocks.sdk import BlockError
from blocks.sdk.media import decode_data_uri


class RunFiles:
    """Files below ``<data directory>/files/<run>``. Satisfies ``Files``."""

    def __init__(self, execution: UUID) -> None:
        self.folder = Path(settings.PATHS.files) / str(execution)

    def read(self, reference: str) -> bytes:
        if reference.startswith("data:"):
            return decode_data_uri(reference).content
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", reference):
            raise BlockError(f"Files cannot be fetched from the network yet: {reference[:100]!r}.")
        path = (self.folder / reference).resolve() if "\x00" not in reference else self.folder
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise BlockError(f"This run has no file {reference[:100]!r}.")
        return path.read_bytes()

    def write(self, content: bytes, *, name: str) -> str:
        ending = re.sub(r"[^A-Za-z0-9.]", "", Path(name).suffix)[:12]
        reference = f"{uuid4()}{ending}"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / reference).write_bytes(content)
        return reference


def discard(execution: UUID) -> None:
    """Remove the files of a run."""
    shutil.rmtree(Path(settings.PATHS.files) / str(execution), ignore_errors=True)
