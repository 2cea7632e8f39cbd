import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webui.values import Shown, from_json_start, full_text, one_line, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\nb", "a\nb"),
        ("", ""),
        (42.0, "42.0"),
        (None, "null"),
        ([1, 2], "[1, 2]"),
        ({"é": "🫖"}, '{"é": "🫖"}'),
        (list(range(40)), json.dumps(list(range(40)), indent=2)),
    ],
)
def test_text_stays_as_it_is_and_the_rest_is_json(value: Any, text: str) -> None:
    assert full_text(value) == text


def test_long_values_are_cut() -> None:
    assert shown("x" * 10, limit=9) == Shown("x" * 9, is_text=True, is_cut=True)
    assert shown("x" * 9, limit=9) == Shown("x" * 9, is_text=True)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("  a\n\n b ", "a b"),
        ("x" * 20, "xxxxxxxxx…"),
        ("x" * 9, "xxxxxxxxx"),
        ("a" + " " * 50 + "b", "a…"),
        ([1, {"a": 2}], '[1, {"a":…'),
    ],
)
def test_a_line_is_short_and_has_no_breaks(value: Any, line: str) -> None:
    assert one_line(value, limit=10) == line


TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from('\\"\n🫖é'))


@given(TEXTS, st.integers(min_value=4, max_value=30))
def test_the_beginning_of_a_string_is_found_in_the_beginning_of_its_json(
    text: str, limit: int
) -> None:
    for encoded in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        found = from_json_start(encoded[: limit + 1], limit)

        assert found.is_text
        if len(encoded) <= limit:
            assert found == shown(text, limit)
        else:
            beginning = found.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            assert found.is_cut
            assert text.startswith(beginning.removesuffix("\ufffd"))


def test_the_beginning_of_anything_else_is_its_json() -> None:
    assert from_json_start("[1,2,3,4]"[:6], 5) == Shown("[1,2,", is_text=False, is_cut=True)
