"""Notes, and printing to the log."""

from typing import Any

import pytest

from blocks.sdk.testing import FakeContext
from tests.support.blocks import emitted


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("Hi", "Hi"),
        ({"a": [1, "é"]}, '{"a": [1, "é"]}'),
        (0, "0"),
        ("", ""),
        ("x" * 9_999, "x" * 2_000),
    ],
)
def test_value_is_printed_in_short_and_handed_on_whole(value: Any, line: str) -> None:
    context = FakeContext()

    emissions = emitted("PrintToConsoleBlock", {"text": value}, context)

    assert emissions == [("output", value), ("status", "printed")]
    assert context.logged == [line]
