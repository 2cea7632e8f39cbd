"""Unpacks an answer piece by piece, never more at once than may come in.

httpx would unpack whatever a piece holds: a kilobyte of gzip can become a megabyte. So the
transport offers only what zlib unpacks, does it here, and hands on plain bytes.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

from egress.errors import AnswerUnreadable
from egress.limits import Budget

ACCEPTED = "gzip, deflate"
PIECE = 64 * 1024


class Unpacker(Protocol):
    """Takes the bytes that came and yields what they stand for."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what this piece holds."""

    def end(self) -> None:
        """Raise AnswerUnreadable where something is missing."""


class Plain:
    """Nothing is packed."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.received = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        self.received += len(data)
        self.budget.check_size(self.received)
        yield data

    def end(self) -> None:
        return


class Zlib:
    """What gzip and deflate packed: with zlib's head, gzip's, or none at all."""

    def __init__(self, budget: Budget, *, gzip: bool) -> None:
        self.budget = budget
        self.gzip = gzip
        self.received = 0
        self.started = False
        self.machine = zlib.decompressobj(zlib.MAX_WBITS | (16 if gzip else 0))

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self.machine.eof:
                if not self.gzip:
                    return  # what follows belongs to nothing
                self.machine = zlib.decompressobj(zlib.MAX_WBITS | 16)  # the next member
            piece = self._step(data)
            data = self.machine.unconsumed_tail or self.machine.unused_data
            self.started = True
            self.received += len(piece)
            self.budget.check_size(self.received)
            self.budget.seconds(None)
            if piece:
                yield piece

    def _step(self, data: bytes) -> bytes:
        try:
            return self.machine.decompress(data, PIECE)
        except zlib.error as error:
            if self.gzip or self.started:
                raise AnswerUnreadable(f"The answer cannot be unpacked: {error}.") from None
            self.machine = zlib.decompressobj(-zlib.MAX_WBITS)  # deflate without zlib's head
            self.started = True
            return self._step(data)

    def end(self) -> None:
        if self.started and not self.machine.eof:
            raise AnswerUnreadable("The answer ended before all of it could be unpacked.")


def unpacker_for(encoding: str, budget: Budget) -> Unpacker:
    """Return what unpacks an answer with this Content-Encoding."""
    packed = [name.strip().lower() for name in encoding.split(",") if name.strip()]
    packed = [name for name in packed if name != "identity"]
    if not packed:
        return Plain(budget)
    if packed in (["gzip"], ["x-gzip"]):
        return Zlib(budget, gzip=True)
    if packed == ["deflate"]:
        return Zlib(budget, gzip=False)
    raise AnswerUnreadable(
        f"The answer is packed with {encoding!r}, though only {ACCEPTED} were offered."
    )
