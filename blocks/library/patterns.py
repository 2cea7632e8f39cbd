"""Blocks that search text with regular expressions.

The patterns are people's, so they run in the ``regex`` package, which gives up after a time; no
pattern can hang a worker.
"""

import json
from collections.abc import Iterator
from typing import Any

import regex

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin

LONGEST_SECONDS = 5.0
LONGEST_PATTERN = 10_000
MOST_MATCHES = 10_000


class MatchTextPatternInputs(InputPins):
    text: Any = pin(description="The text to search; other values are searched as JSON")
    match: str = pin(description="The regular expression to search for")
    data: Any = pin(description="What to hand on; the text itself if this is empty or zero")
    case_sensitive: bool = pin(True, description="Tell upper from lower case")
    dot_all: bool = pin(True, description="Let . stand for line breaks too")


class MatchTextPatternOutputs(OutputPins):
    positive: Any = pin(None, description="The data, if the text has the pattern")
    negative: Any = pin(None, description="The data, if it does not")


@block(
    id="3060088f-6ed9-4928-9ba7-9c92823a7ccd",
    name="MatchTextPatternBlock",
    categories=[Category.TEXT],
    queue="cpu",
    examples=[
        (
            MatchTextPatternInputs(text="Order 66", match=r"\d+", data="yes"),
            MatchTextPatternOutputs(positive="yes"),
        ),
        (
            MatchTextPatternInputs(text="No order", match=r"\d+", data=""),
            MatchTextPatternOutputs(negative="No order"),
        ),
    ],
)
def match_pattern(inputs: MatchTextPatternInputs) -> Iterator[MatchTextPatternOutputs]:
    """Search a text for a pattern, and hand the data on by whether it was found."""
    pattern = compile_pattern(
        inputs.match, case_sensitive=inputs.case_sensitive, dot_all=inputs.dot_all
    )
    data = inputs.data or inputs.text
    if find(pattern, as_text(inputs.text), most=1):
        yield MatchTextPatternOutputs(positive=data)
    else:
        yield MatchTextPatternOutputs(negative=data)


class ExtractTextInformationInputs(InputPins):
    text: Any = pin(description="The text to search; other values are searched as JSON")
    pattern: str = pin(description="The regular expression to search for")
    group: int = pin(0, description="The number of the group to take; 0 is the whole match")
    case_sensitive: bool = pin(True, description="Tell upper from lower case")
    dot_all: bool = pin(True, description="Let . stand for line breaks too")
    find_all: bool = pin(False, description="Take every match, not only the first")


class ExtractTextInformationOutputs(OutputPins):
    positive: str = pin("", description="What was found; one value for each match")
    negative: str = pin("", description="The text, if nothing was found")
    matched_results: list[str] = pin([], description="All that was found, in order")
    matched_count: int = pin(0, description="How many there are")


@block(
    id="3146e4fe-2cdd-4f29-bd12-0c9d5bb4deb0",
    name="ExtractTextInformationBlock",
    categories=[Category.TEXT],
    queue="cpu",
    examples=[
        (
            ExtractTextInformationInputs(
                text="a=1, b=2", pattern=r"(\w)=(\d)", group=2, find_all=True
            ),
            ExtractTextInformationOutputs(positive="1"),
            ExtractTextInformationOutputs(positive="2"),
            ExtractTextInformationOutputs(matched_results=["1", "2"], matched_count=2),
        ),
        (
            ExtractTextInformationInputs(text="nothing", pattern=r"\d"),
            ExtractTextInformationOutputs(negative="nothing"),
            ExtractTextInformationOutputs(matched_results=[], matched_count=0),
        ),
    ],
)
def extract_information(
    inputs: ExtractTextInformationInputs,
) -> Iterator[ExtractTextInformationOutputs]:
    """Take out of a text what a pattern, or one group of it, matches.

    A group that the pattern does not have, or that stayed empty in a match, finds nothing.
    """
    pattern = compile_pattern(
        inputs.pattern, case_sensitive=inputs.case_sensitive, dot_all=inputs.dot_all
    )
    text = as_text(inputs.text)
    results: list[str] = []
    if 0 <= inputs.group <= pattern.groups:
        matches = find(pattern, text, most=None if inputs.find_all else 1)
        results = [match[inputs.group] for match in matches if match[inputs.group] is not None]
    for result in results:
        yield ExtractTextInformationOutputs(positive=result)
    if not results:
        yield ExtractTextInformationOutputs(negative=text)
    yield ExtractTextInformationOutputs(matched_results=results, matched_count=len(results))


def compile_pattern(pattern: str, *, case_sensitive: bool, dot_all: bool) -> regex.Pattern[str]:
    """Return the compiled pattern. Raises BlockError where it is none."""
    if len(pattern) > LONGEST_PATTERN:
        raise BlockError(f"The pattern has more than {LONGEST_PATTERN:,} characters.")
    flags = (0 if case_sensitive else regex.IGNORECASE) | (regex.DOTALL if dot_all else 0)
    try:
        return regex.compile(pattern, flags)
    except RecursionError:
        raise BlockError("The pattern is nested too deeply.") from None
    except Exception as error:
        raise BlockError(f"The pattern {pattern[:100]!r} is wrong: {error}.") from None


def find(pattern: regex.Pattern[str], text: str, *, most: int | None) -> list[regex.Match[str]]:
    """Return the matches in order, at most ``most``.

    Raises BlockError where the search takes too long or finds more than anyone can use.
    """
    matches: list[regex.Match[str]] = []
    try:
        for match in pattern.finditer(text, timeout=LONGEST_SECONDS):
            matches.append(match)
            if len(matches) == most:
                break
            if len(matches) > MOST_MATCHES:
                raise BlockError(f"The pattern has more than {MOST_MATCHES:,} matches.")
    except TimeoutError:
        raise BlockError(
            f"The search took longer than {LONGEST_SECONDS:g} seconds. Simplify the pattern:"
            " repetitions inside repetitions, like (a+)+, take very long."
        ) from None
    return matches


def as_text(value: Any) -> str:
    """Return a text as it is, and any other value as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
