"""Read docs/access.md."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.conf import settings

from kernel.access import Scope

PAGE = Path(settings.BASE_DIR) / "docs" / "access.md"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
ANY = "*"
COLUMNS = ["Address", "Method", "Keys need", "Owner", "Other", "Anonymous", "Staff", "Moderator"]
PEOPLE = ("Owner", "Other", "Anonymous", "Staff", "Moderator")
# What "Keys need" says where it names no scopes.
OPEN, ANY_KEY, NO_KEY, IGNORED = "open", "any", "none", "ignored"


@dataclass(frozen=True)
class Row:
    """A line of the table: what everybody gets for some methods of an address."""

    address: str
    methods: tuple[str, ...]
    keys: str
    people: dict[str, frozenset[int]]
    line: int

    @classmethod
    def read(cls, cells: list[str], line: int) -> Self:
        address, methods, keys, *statuses = cells
        assert re.fullmatch(r"`/[^`]*`", address), f"{PAGE}:{line}: {address}"
        people = {
            who: frozenset(int(status) for status in text.split("/"))
            for who, text in zip(PEOPLE, statuses, strict=True)
        }
        return cls(
            address.strip("`"), tuple(methods.replace("\\*", "*").split()), keys, people, line
        )

    @property
    def scopes(self) -> frozenset[Scope]:
        """Return the scopes that a key must have."""
        if self.keys in {OPEN, ANY_KEY, NO_KEY, IGNORED}:
            return frozenset()
        return frozenset(Scope(name) for name in self.keys.split(" + "))

    def for_key(self, scopes: frozenset[Scope]) -> frozenset[int]:
        """Return what a key of the owner with these scopes gets."""
        if self.keys == NO_KEY:
            return frozenset({403})
        if self.keys == IGNORED:
            return self.people["Anonymous"]
        return self.people["Owner"] if self.scopes <= scopes else frozenset({403})


def rows() -> list[Row]:
    """Return every row of every table of the page that has our columns."""
    return list(_rows(PAGE.read_text(encoding="utf-8").splitlines()))


def skeleton(address: str) -> str:
    """Return an address without the names of its parts: `/agents/{}/`."""
    return re.sub(r"\{\w*\}", "{}", address)


def matches(row: Row, route: str) -> bool:
    """Return whether the row is about the route; in an address, `*` is any one part."""
    asked = re.escape(skeleton(row.address)).replace(r"\*", r"[\w.-]+")
    return re.fullmatch(asked, route) is not None


def _rows(lines: list[str]) -> Iterator[Row]:
    ours = False
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            ours = False
        elif cells == COLUMNS:
            ours = True
        elif ours and not set(line) <= set("|-: "):
            yield Row.read(cells, number)
