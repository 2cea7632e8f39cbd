"""Our regular expressions, and texts that make bad ones take very long.

A bad one has two ways to read the same signs, and tries them all before it gives up. So for each part
that may be repeated without end, a text is made that comes to this part, repeats what it takes, and
then does not go on as the expression wants.
"""

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

from tests.support.sources import PARTS, ROOT

Parsed = Sequence[tuple[Any, Any]]
REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
ENTRIES = {"__main__.py", "manage.py"}  # what runs when it is imported
# One sign of each category, in the order in which a negated set looks for one that it takes.
SIGNS = "a0 -_.:x\n\"'`/@"
OF_CATEGORY = {ops.CATEGORY_DIGIT: "0", ops.CATEGORY_SPACE: " ", ops.CATEGORY_NOT_WORD: " "}
ENDINGS = ("", "\x00", "!\x00")


def expressions() -> dict[str, re.Pattern[Any]]:
    """Return every regular expression that a module of ours keeps, by where it is."""
    return {
        f"{module.__name__}.{name}.{number}": pattern
        for module in _modules()
        for name, value in list(vars(module).items())
        for number, pattern in enumerate(_inside(value))
    }


def attacks(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Yield beginnings, what is to be repeated, and ends of texts that are hard for the pattern."""
    text, flags = pattern.pattern, pattern.flags
    tree = _parser.parse(text, flags & ~re.UNICODE if isinstance(text, bytes) else flags)
    for before, again in dict.fromkeys([*_pumps(tree), ("", _sample(tree)[:-1])]):
        yield from ((before, again, end) for end in ENDINGS if again)


def _modules() -> Iterator[ModuleType]:
    for part in PARTS:
        folder = ROOT / part
        for path in sorted(folder.rglob("*.py")):
            if {"migrations", "node_modules"} & set(path.parts) or path.name in ENTRIES:
                continue
            yield _module(path.relative_to(folder if part == "platform" else ROOT))


def _module(path: Path) -> ModuleType:
    name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    return sys.modules.get(name) or importlib.import_module(name)


def _inside(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 3 and isinstance(value, tuple | list | set | frozenset | dict):
        for one in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _inside(one, depth + 1)


def _pumps(tree: Parsed, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield each part that may be repeated without end, with a text that leads there."""
    for op, value in tree:
        if op in REPEATS:
            _, most, inner = value
            if most is ops.MAXREPEAT or most >= 100:
                yield before, _sample(inner)
            yield from _pumps(inner, before)
        else:
            for inner in _parts(op, value):
                yield from _pumps(inner, before)
        before += _sample([(op, value)])


def _parts(op: Any, value: Any) -> Sequence[Parsed]:
    if op is ops.SUBPATTERN:
        return [value[3]]
    if op is ops.ATOMIC_GROUP:
        return [value]
    if op is ops.BRANCH:
        return list(value[1])
    return [value[1]] if op in (ops.ASSERT, ops.ASSERT_NOT) else []


def _sample(tree: Parsed) -> str:
    """Return a short text that the parts match, one after the other."""
    return "".join(_sign(op, value) for op, value in tree)


def _sign(op: Any, value: Any) -> str:
    if op in REPEATS:
        return _sample(value[2]) * int(value[0])
    if op is ops.LITERAL:
        return chr(value)
    if op is ops.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if op is ops.RANGE:
        return chr(value[0])
    if op is ops.ANY:
        return "a"
    if op is ops.CATEGORY:
        return OF_CATEGORY.get(value, "a")
    if op is ops.IN:
        return _of_set(value)
    parts = _parts(op, value)
    return _sample(parts[0]) if parts and op not in (ops.ASSERT, ops.ASSERT_NOT) else ""


def _of_set(members: Parsed) -> str:
    if members[0][0] is not ops.NEGATE:
        return _sign(*members[0])
    taken = {_sign(*one) for one in members[1:]}
    return next(sign for sign in SIGNS if sign not in taken)
