"""Files of runs as folders of the data directory, which all machines of an instance share."""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from io import FileIO
from pathlib import Path
from uuid import UUID

from accounts.holdings import Opener


class Disk:
    """Folders, one for each run. Satisfies ``RunPlace``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, run: UUID, name: str) -> bytes | None:
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            return self._path(run, name).read_bytes()
        return None

    def size(self, run: UUID, name: str) -> int | None:
        with contextlib.suppress(FileNotFoundError):
            return self._path(run, name).stat().st_size
        return None

    def write(self, run: UUID, name: str, content: bytes) -> None:
        self._folder(run).mkdir(parents=True, exist_ok=True)
        self._path(run, name).write_bytes(content)

    def each(self, run: UUID) -> Iterator[tuple[str, Opener]]:
        with contextlib.suppress(FileNotFoundError):
            for path in sorted(self._folder(run).iterdir()):
                yield path.name, partial(FileIO, path)

    def totals(self, runs: Sequence[UUID]) -> list[int]:
        return [self._total(run) for run in runs]

    def discard(self, runs: Iterable[UUID]) -> int:
        return sum(self._discard(run) for run in runs)

    def runs(self) -> Iterator[tuple[UUID, datetime]]:
        with contextlib.suppress(FileNotFoundError), os.scandir(self.root) as entries:
            for entry in entries:
                with contextlib.suppress(ValueError, OSError):  # not ours, or gone meanwhile
                    changed = datetime.fromtimestamp(
                        entry.stat(follow_symlinks=False).st_mtime, UTC
                    )
                    if entry.is_dir(follow_symlinks=False):
                        yield UUID(entry.name), changed

    def share(self, source: UUID, target: UUID) -> None:
        if not self._folder(source).is_dir():
            return
        self._folder(target).mkdir(parents=True, exist_ok=True)
        for file in self._folder(source).iterdir():
            with contextlib.suppress(FileExistsError):
                self._path(target, file.name).hardlink_to(file)

    def _folder(self, run: UUID) -> Path:
        return self.root / str(run)

    def _path(self, run: UUID, name: str) -> Path:
        return self.root / str(run) / name

    def _total(self, run: UUID) -> int:
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder(run)) as entries:
            return sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
        return 0

    def _discard(self, run: UUID) -> bool:
        if not self._folder(run).is_dir():
            return False
        shutil.rmtree(self._folder(run), ignore_errors=True)
        return not self._folder(run).exists()
