"""What each process of a prefork pool runs now, written where its warden can read it.

The memory is shared by a worker and all that it forks. Each pool process has a record of its own
there; a checksum tells a record that is whole from one that is being written.
"""

import mmap
import os
import struct
import time
import zlib
from dataclasses import dataclass
from typing import Self
from uuid import UUID

IN_PLACE = 0  # the token of what runs without a claim, in the local lane
RECORDS = 256  # processes of one pool; the lease alone watches over any more
BODY = struct.Struct("=I16s16sIdd")
CHECK = struct.Struct("=I")
SIZE = CHECK.size + BODY.size
BLANK = bytes(SIZE)


@dataclass(frozen=True)
class Entry:
    """A node execution at work: in which process, under which token, since when and how long."""

    pid: int
    execution: UUID
    node_execution: UUID
    attempt: int
    seconds: float
    since: float
    """By `time.monotonic`, which all processes of a machine share."""

    @property
    def age(self) -> float:
        return time.monotonic() - self.since

    def pack(self) -> bytes:
        """Return the entry as a record."""
        ids = self.execution.bytes, self.node_execution.bytes
        body = BODY.pack(self.pid, *ids, self.attempt, self.seconds, self.since)
        return CHECK.pack(zlib.crc32(body)) + body

    @classmethod
    def unpack(cls, record: bytes) -> Self | None:
        """Return the entry of a record; None where there is none, or it is not whole."""
        body = record[CHECK.size :]
        if record == BLANK or CHECK.unpack_from(record) != (zlib.crc32(body),):
            return None
        pid, execution, node_execution, attempt, seconds, since = BODY.unpack(body)
        return cls(pid, UUID(bytes=execution), UUID(bytes=node_execution), attempt, seconds, since)


class Slate:
    """The records of one pool."""

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, RECORDS * SIZE)  # anonymous and shared: forks have it too

    def entries(self) -> list[Entry]:
        """Return what the pool's processes run."""
        every = bytes(self.memory)
        records = (every[start : start + SIZE] for start in range(0, len(every), SIZE))
        return [one for one in map(Entry.unpack, records) if one]

    def of(self, pid: int) -> Entry | None:
        """Return what a process runs, or ran when it died."""
        return next((one for one in self.entries() if one.pid == pid), None)

    def set(self, index: int, record: bytes) -> None:
        """Write one process's record."""
        self.memory[index * SIZE : (index + 1) * SIZE] = record


_mine: list[tuple[Slate, int]] = []


def take(slate: Slate, index: int) -> None:
    """Make this process, one of a pool, write on the slate, in the record with this number."""
    _mine[:] = [(slate, index)] if index < RECORDS else []


def write(
    *, execution: UUID, node_execution: UUID, attempt: int, seconds: float, since: float
) -> None:
    """Say what this process runs from now on, if anyone wants to know."""
    for slate, index in _mine:
        entry = Entry(os.getpid(), execution, node_execution, attempt, seconds, since)
        slate.set(index, entry.pack())


def wipe() -> None:
    """Say that this process runs nothing."""
    for slate, index in _mine:
        slate.set(index, BLANK)
