"""What was packed comes out as it was, in any pieces; anything else is an error of ours."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egress import AnswerTooLarge, AnswerUnreadable, EgressError, Limits
from egress.limits import Budget
from egress.unpacking import PIECE, unpacker_for

WAYS = {
    "gzip": gzip.compress,
    "x-gzip": lambda data: (
        gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :])
    ),
    "deflate": zlib.compress,
    "Deflate": lambda data: zlib.compress(data, wbits=-15),
    "identity": bytes,
    "": bytes,
}


def unpacked(encoding: str, packed: bytes, size: int, most: int = 10_000_000) -> bytes:
    """Return what the bytes stand for, where they come in pieces of this size."""
    unpacker = unpacker_for(encoding, Budget(Limits(max_bytes=most)))
    pieces = [
        piece
        for start in range(0, len(packed), size)
        for piece in unpacker.feed(packed[start : start + size])
    ]
    unpacker.end()
    assert all(len(piece) <= max(PIECE, size) for piece in pieces)
    return b"".join(pieces)


@given(data=st.binary(max_size=3000), way=st.sampled_from(sorted(WAYS)), size=st.integers(2, 700))
def test_what_was_packed_comes_out_as_it_was(data: bytes, way: str, size: int) -> None:
    assert unpacked(way, WAYS[way](data), size) == data


@given(
    data=st.binary(max_size=300), way=st.sampled_from(["gzip", "deflate"]), size=st.integers(1, 50)
)
def test_anything_else_is_an_error_of_ours_or_harmless(data: bytes, way: str, size: int) -> None:
    try:
        unpacked(way, data, size)
    except EgressError as error:
        assert isinstance(error, AnswerUnreadable)  # noqa: PT017 - or there is none


@pytest.mark.parametrize("way", ["gzip", "deflate"])
def test_no_more_is_unpacked_than_may_come_in(way: str) -> None:
    packed = WAYS[way](b"\0" * 3_000_000)
    taken: list[bytes] = []
    unpacker = unpacker_for(way, Budget(Limits(max_bytes=100_000)))

    with pytest.raises(AnswerTooLarge):
        taken.extend(unpacker.feed(packed))

    assert sum(map(len, taken)) <= 100_000
