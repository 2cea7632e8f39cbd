"""One log file per process, bounded in size, that the supervisor can also show as it grows."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kernel.mail import MARK

LARGEST = 10 * 1024 * 1024  # bytes, of which one older piece of the same size is kept


@dataclass
class ProcessLog:
    """The file that a child process appends its output to.

    The child writes to the file itself, not through the supervisor, so a supervisor that is
    killed takes no output with it. Appending makes it safe to cut the file under the writer.
    """

    path: Path
    shown: int = 0  # bytes that ``new_lines`` has returned

    def open(self) -> IO[bytes]:
        """Return the file for a child to append to; what is in it already will not be shown."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("ab")
        self.path.chmod(0o600)
        return file

    def skip(self) -> None:
        """Count everything written so far as shown."""
        self.shown = self.path.stat().st_size if self.path.exists() else 0

    def new_lines(self) -> list[str]:
        """Return the complete lines written since the last call."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(self.shown)
            complete, newline, _ = file.read().rpartition(b"\n")
        self.shown += len(complete) + len(newline)
        return complete.decode(errors="replace").splitlines()

    def rotate(self) -> None:
        """Keep the file's content as ``<name>.1`` and empty it, once it is large."""
        if not self.path.exists() or self.path.stat().st_size < LARGEST:
            return
        shutil.copyfile(self.path, self.path.with_name(f"{self.path.name}.1"))
        os.truncate(self.path, 0)
        self.shown = 0


class PrintedMail:
    """The mails that a process printed because no mail server is set up, as they come.

    It reads the log beside whoever else does, and takes nothing away.
    """

    def __init__(self, path: Path) -> None:
        """Begin with what is printed from now on."""
        self.log = ProcessLog(path)
        self.log.skip()

    def new_lines(self) -> list[str]:
        """Return the lines of mails that came since the last call, as a person reads them."""
        if not self.log.path.exists():
            return []
        size = self.log.path.stat().st_size
        if size == self.log.shown:
            return []
        if size < self.log.shown:
            self.log.shown = 0  # the file was begun anew
        parted = [line.partition(MARK) for line in self.log.new_lines()]
        return [text for _, mark, text in parted if mark]
