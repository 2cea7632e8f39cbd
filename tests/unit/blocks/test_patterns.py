"""Regular expressions of people, which may be wrong or never end."""

import time
from typing import Any

import pytest

from blocks.library import patterns
from blocks.sdk import BlockError
from tests.support.blocks import emitted


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"text": "abc", "match": "b", "data": "d"}, ("positive", "d")),
        ({"text": "abc", "match": "B", "data": "d"}, ("negative", "d")),
        ({"text": "abc", "match": "B", "data": 0, "case_sensitive": False}, ("positive", "abc")),
        ({"text": "a\nb", "match": "a.b", "data": 1}, ("positive", 1)),
        ({"text": "a\nb", "match": "a.b", "data": 1, "dot_all": False}, ("negative", 1)),
        ({"text": {"a": [1]}, "match": '"a": \\[1', "data": {}}, ("positive", {"a": [1]})),
        ({"text": "", "match": "", "data": "empty"}, ("positive", "empty")),
        ({"text": "naïve 中", "match": r"\w+ \w", "data": "u"}, ("positive", "u")),
    ],
)
def test_text_is_searched_and_data_handed_on(
    inputs: dict[str, Any], expected: tuple[str, Any]
) -> None:
    assert emitted("MatchTextPatternBlock", inputs) == [expected]


def extracted(**inputs: Any) -> list[tuple[str, Any]]:
    return emitted("ExtractTextInformationBlock", inputs)


def test_first_match_is_extracted() -> None:
    assert extracted(text="a1 b2", pattern=r"[a-z](\d)") == [
        ("positive", "a1"),
        ("matched_results", ["a1"]),
        ("matched_count", 1),
    ]


def test_group_of_every_match_is_extracted() -> None:
    assert extracted(text="a1 b2", pattern=r"[a-z](\d)", group=1, find_all=True) == [
        ("positive", "1"),
        ("positive", "2"),
        ("matched_results", ["1", "2"]),
        ("matched_count", 2),
    ]


@pytest.mark.parametrize("group", [1, 99, -1])
def test_group_that_is_not_there_finds_nothing(group: int) -> None:
    assert extracted(text="a1", pattern=r"\d|(x)", group=group) == [
        ("negative", "a1"),
        ("matched_results", []),
        ("matched_count", 0),
    ]


def test_values_that_are_no_text_are_searched_as_json() -> None:
    assert extracted(text={"n": 5}, pattern=r"\d")[0] == ("positive", "5")


@pytest.mark.parametrize(
    "pattern", ["(", "a{2,1}", "[", "(?P<n", "*", "(?<=a+)" * 5 + "(", "(" * 5_000 + ")" * 5_000]
)
def test_wrong_pattern_is_an_error_that_says_so(pattern: str) -> None:
    with pytest.raises(BlockError, match="The pattern"):
        extracted(text="a", pattern=pattern)


def test_pattern_has_a_largest_length() -> None:
    with pytest.raises(BlockError, match=r"more than 10,000 characters"):
        extracted(text="a", pattern="a" * 10_001)


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|a)*$", r"(a|aa)+$", r"^(([a-z])+.)+[A-Z]"])
@pytest.mark.parametrize("name", ["MatchTextPatternBlock", "ExtractTextInformationBlock"])
def test_pattern_that_would_not_end_is_stopped(
    name: str, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "LONGEST_SECONDS", 0.02)
    inputs = {"text": "a" * 5_000 + "!", "match": pattern, "pattern": pattern, "data": 1}
    started = time.monotonic()

    with pytest.raises(BlockError, match=r"longer than 0.02 seconds. Simplify the pattern"):
        emitted(name, inputs)

    assert time.monotonic() - started < 10


def test_matches_are_limited_in_number() -> None:
    assert extracted(text="a" * 10_000, pattern="a", find_all=True)[-1] == ("matched_count", 10_000)
    with pytest.raises(BlockError, match="more than 10,000 matches"):
        extracted(text="a" * 10_001, pattern="a", find_all=True)


def test_first_match_alone_is_never_too_many() -> None:
    assert extracted(text="a" * 10_001, pattern="a")[-1] == ("matched_count", 1)
