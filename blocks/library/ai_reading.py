"""Read what a model wrote: models put words and fences around the JSON that they were asked for."""

from collections.abc import Iterator
from json import JSONDecoder
from typing import Any

FENCE = "```"
STARTS = {dict: "{", list: "["}
MOST_STARTS = 200  # places at which a value is looked for


class Unreadable(ValueError):
    """There is no such value in the text; the sentence goes back to the model."""


def value_in(text: str, wanted: type) -> Any:
    """Return the object, or for `list` the array (or an object that holds it), in the text.

    The whole text, what stands between fences, or the first place that can be read. Raises Unreadable.
    """
    takes = (list, dict) if wanted is list else (dict,)
    for part in _parts(text):
        found = _read(part)
        if isinstance(found, takes):
            return found
    for kind in takes:
        for found in _within(text, STARTS[kind]):
            if isinstance(found, kind) and found:
                return found
    raise Unreadable(f"there is no JSON {'array' if wanted is list else 'object'} in it")


def _parts(text: str) -> Iterator[str]:
    yield text
    for part in text.split(FENCE)[1::2]:
        yield part.removeprefix("json").removeprefix("JSON")


def _read(text: str) -> Any:
    try:
        return DECODER.decode(text.strip())
    except (ValueError, RecursionError):
        return None


def _within(text: str, start: str) -> Iterator[Any]:
    place = -1
    for _ in range(MOST_STARTS):
        place = text.find(start, place + 1)
        if place < 0:
            return
        try:
            yield DECODER.raw_decode(text, place)[0]
        except (ValueError, RecursionError):
            continue


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


DECODER = JSONDecoder(parse_constant=_no_number)
