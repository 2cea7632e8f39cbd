"""What a template may cost. Every operation that makes something is paid from one budget.

Costs are in characters. An element of a list counts as eight, since that is what it takes in
memory. Operations whose result can be far larger than their operands (``*``, ``**``, ``center``,
``replace``, …) are priced before they run; everything else is paid by its result.
"""

import re
import string
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from blocks.sdk.errors import BlockError

MOST_WORK = 64 * 1024 * 1024
LONGEST_SECONDS = 5.0
ELEMENT = 8
WIDEST = 100_000
"""The largest width that a format may ask for, in characters."""

Price: TypeAlias = Callable[..., int]


class TemplateTooCostly(BlockError):
    """The template asks for more text or time than one template may take."""

    code = "template_too_costly"


class Budget:
    """What is left of one rendering's time and characters."""

    def __init__(self, work: int = MOST_WORK, seconds: float = LONGEST_SECONDS) -> None:
        self._left = work
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds

    def spend(self, cost: int = 1) -> None:
        """Pay for one step. Raises TemplateTooCostly where the budget does not cover it."""
        self._left -= cost
        if self._left < 0:
            raise TemplateTooCostly(
                "The template makes too much text. Shorten its loops or the values it repeats."
            )
        if time.monotonic() > self._deadline:
            raise TemplateTooCostly(f"The template takes longer than {self._seconds:g} seconds.")

    def weigh(self, value: Any) -> int:
        """Pay for a value, with everything in it, and return what it cost."""
        total = 0
        waiting = [value]
        while waiting:
            item = waiting.pop()
            cost = len(item) if isinstance(item, str | bytes) else ELEMENT
            self.spend(cost)
            total += cost
            if isinstance(item, Mapping):
                waiting += [*item.keys(), *item.values()]
            elif isinstance(item, Collection) and not isinstance(item, str | bytes):
                waiting += item
        return total

    def count(self, items: Iterable[Any]) -> Iterator[Any]:
        """Yield the items, paying for each step."""
        for item in items:
            self.spend()
            yield item


def filter_price(name: str, *operands: Any, **options: Any) -> int:
    """Return the least that the named filter costs with these operands."""
    rule = PRICES.get(name)
    return rule(*operands, **options) if rule else 0


def method_price(name: str, text: str, *operands: Any, **options: Any) -> int:
    """Return the least that the named method of a text costs with these operands."""
    rule = METHOD_PRICES.get(name)
    return rule(text, *operands, **options) if rule else 0


def _padded(text: Any, width: int = 0, *_: Any) -> int:
    return width


def _expanded(text: str, tabsize: int = 8) -> int:
    return text.count("\t") * tabsize


def _indented(text: Any, width: Any = 4, *_: Any, **__: Any) -> int:
    columns: int = width if isinstance(width, int) else len(width)
    return columns * (str(text).count("\n") + 1)


def _replaced(text: Any, old: Any, new: Any, *_: Any, **__: Any) -> int:
    return str(text).count(str(old)) * len(str(new))


def _joined(items: Any, separator: Any = "", *_: Any, **options: Any) -> int:
    return len(items) * len(str(options.get("d", separator)))


def _joined_by(separator: str, items: Any) -> int:
    return len(items) * len(separator)


def _batched(items: Any, linecount: int, fill_with: Any = None) -> int:
    return ELEMENT * linecount * (1 if fill_with is None else Budget().weigh(fill_with))


def _sliced(items: Any, slices: int, fill_with: Any = None) -> int:
    return _batched(items, slices, fill_with)


def _rounded(value: Any, precision: int = 0, *_: Any, **__: Any) -> int:
    return precision * precision


def _wrapped(
    text: str, width: int = 79, _: bool = True, wrapstring: str | None = None, *__: Any, **___: Any
) -> int:
    lines = len(text) // max(width, 1) + text.count("\n") + 1
    longest = max((len(word) for word in text.split()), default=0)
    return lines * len(wrapstring or "\n") + longest * longest // (1000 * max(width, 1))


def _stripped(text: Any) -> int:
    return len(str(text)) ** 2 // 1000


def _summed(items: Any, attribute: Any = None, start: Any = 0) -> int:
    if not isinstance(start, int | float):
        raise BlockError("The template's filter `sum` adds up numbers only.")
    return 0


def printf(text: str, *values: Any, **named: Any) -> int:
    """Return what ``text % values`` costs."""
    if "*" in text:
        raise BlockError("The template's format takes a width from a value; write it out.")
    return text.count("%") * (_widest(text) + _largest(values, named))


def _formatted(text: str, *values: Any, **named: Any) -> int:
    for _, _, layout, _ in string.Formatter().parse(text):
        if layout and "{" in layout:
            raise BlockError("The template's format takes a width from a value; write it out.")
    return text.count("{") * (_widest(text) + _largest(values, named))


def _widest(text: str) -> int:
    widths = re.findall(r"[0-9]+", text)
    if any(len(width) > 6 or int(width) > WIDEST for width in widths):
        raise TemplateTooCostly(f"The template's format asks for more than {WIDEST:,} characters.")
    return max(map(int, widths), default=0)


def _largest(values: Iterable[Any], named: Mapping[str, Any]) -> int:
    return max((Budget().weigh(value) for value in (*values, *named.values())), default=0)


def multiplied(left: Any, right: Any) -> int:
    """Return what ``left * right`` costs."""
    for many, times in ((left, right), (right, left)):
        if isinstance(many, Collection) and isinstance(times, int):
            return Budget().weigh(many) * max(times, 0)
    return _digits(_bits(left) + _bits(right))


def raised(left: Any, right: Any) -> int:
    """Return what ``left ** right`` costs."""
    return _digits(_bits(left) * right) if isinstance(right, int) and right > 0 else 0


def _bits(number: Any) -> int:
    return number.bit_length() if isinstance(number, int) else 0


def _digits(bits: int) -> int:
    """Return the cost of a whole number: the time that multiplying takes grows by the square."""
    return bits * bits // 10_000


PRICES: dict[str, Price] = {
    "batch": _batched,
    "center": _padded,
    "expandtabs": _expanded,
    "indent": _indented,
    "join": _joined,
    "ljust": _padded,
    "replace": _replaced,
    "rjust": _padded,
    "round": _rounded,
    "slice": _sliced,
    "striptags": _stripped,
    "sum": _summed,
    "wordwrap": _wrapped,
    "zfill": _padded,
}
METHOD_PRICES: dict[str, Price] = {
    **PRICES,
    "format": _formatted,
    "format_map": _formatted,
    "join": _joined_by,
}
