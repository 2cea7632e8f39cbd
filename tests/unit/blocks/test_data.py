from typing import Any

import pytest

from blocks.sdk import BlockError
from tests.support.blocks import emitted


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, 2.5, None, True]}, '{"a":[1,2.5,null,true]}'),
        ("שלום 🍵", '"שלום 🍵"'),
        (0, "0"),
        ([], "[]"),
        (10**40, "1" + "0" * 40),
    ],
)
def test_value_is_written_as_compact_json_and_read_back(value: Any, text: str) -> None:
    assert emitted("JSONEncoderBlock", {"data": value}) == [("json_str", text)]
    assert emitted("JSONDecoderBlock", {"json_str": text}) == [("data", value)]


def test_null_is_read() -> None:
    assert emitted("JSONDecoderBlock", {"json_str": "null"}) == [("data", None)]


@pytest.mark.parametrize(
    "text",
    ["", "tea", "{'a': 1}", "[1,]", "NaN", "-Infinity", "1e999", "[" * 100_000, "9" * 5_000],
)
def test_text_that_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(BlockError):
        emitted("JSONDecoderBlock", {"json_str": text})


def test_refusal_says_where_the_text_stops_being_json() -> None:
    with pytest.raises(BlockError) as refused:
        emitted("JSONDecoderBlock", {"json_str": '{"a": 1,}'})

    assert "line 1 column 9" in str(refused.value)


def test_number_too_large_is_named() -> None:
    with pytest.raises(BlockError) as refused:
        emitted("JSONDecoderBlock", {"json_str": "[1e400]"})

    assert str(refused.value) == "The number 1e400 is too large. Use one below 1.8e308."
