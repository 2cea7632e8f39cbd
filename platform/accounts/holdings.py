"""What the apps hold of a person, so that it can be handed out and erased.

An app says it in its `AppConfig.ready`:

    holdings.register(Holding(ApiKey, owner="user", shape=only("name", "created")))

What points at other rows is registered after them: exports go in this order, erasure goes
backwards. A test fails where a model leads to a person and no holding says what becomes of it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from io import RawIOBase
from typing import IO, Any
from uuid import UUID

from django.db import models

from kernel.jsontypes import JSONObject, JSONValue

BATCH = 1000  # rows that one step removes

Shape = Callable[[Any], JSONObject]
Opener = Callable[[], "IO[bytes] | RawIOBase"]


class Progress(Enum):
    """How far the erasure of a holding is."""

    DONE = "nothing is left"
    MORE = "call again"
    WAITS = "something has to end first; call again later"


@dataclass(frozen=True)
class Holding:
    """The rows of a model that belong to a person.

    ``owner`` is the lookup that leads from a row to its person. ``shape`` makes a row of the export,
    or ``why_not`` says why there is none. ``also``: further fields that name people, of whom the row
    lets go when they are erased. ``withheld``: lookups of the rows that are not handed out, because
    they show what is another person's. ``files``: what belongs to a row and is
    no JSON: names, and what opens each. ``erase`` removes a
    bounded part of a person's rows; called again, it goes on.
    """

    model: type[models.Model]
    owner: str
    shape: Shape | None = None
    why_not: str = ""
    also: tuple[str, ...] = ()
    withheld: Mapping[str, Any] = field(default_factory=dict)
    files: Callable[[Any], Iterable[tuple[str, Opener]]] | None = None
    erase: "Callable[[Holding, int], Progress] | None" = None

    def __post_init__(self) -> None:
        """Refuse a holding that says neither how it is handed out nor why it is not."""
        if (self.shape is None) == (self.why_not == ""):
            raise TypeError(f"{self.model.__name__} needs either a shape or a reason for none.")

    @property
    def name(self) -> str:
        """Return what the rows are called in exports."""
        return str(self.model._meta.verbose_name_plural).replace(" ", "_").lower()

    def rows(self, person: int) -> models.QuerySet[Any]:
        """Return the person's rows, in the order in which they were made where keys tell it."""
        return self.model._base_manager.filter(**{self.owner: person}).order_by("pk")

    def handed_out(self, person: int) -> models.QuerySet[Any]:
        """Return the rows that an export has."""
        rows = self.rows(person)
        return rows.exclude(**self.withheld) if self.withheld else rows

    def erase_some(self, person: int) -> Progress:
        """Remove a bounded part of the person's rows."""
        return (self.erase or remove_rows)(self, person)


_holdings: list[Holding] = []


def register(*holdings: Holding) -> None:
    """Note what an app holds of people. What points at something comes after it."""
    _holdings.extend(holdings)


def everything() -> list[Holding]:
    """Return all holdings, in the order of their registration."""
    return list(_holdings)


def remove_rows(holding: Holding, person: int) -> Progress:
    """Delete some of the rows, with what Django cascades to."""
    some = list(holding.rows(person).values_list("pk", flat=True)[:BATCH])
    if some:
        holding.model._base_manager.filter(pk__in=some).delete()
    return Progress.MORE if len(some) == BATCH else Progress.DONE


def goes_with_others(holding: Holding, person: int) -> Progress:
    """Leave the rows to the holding that they belong to, which removes them too."""
    return Progress.DONE


def stays(holding: Holding, person: int) -> Progress:
    """Leave the rows where they are: they outlive their person, and name nobody then."""
    return Progress.DONE


def only(*names: str) -> Shape:
    """Return a shape that has these attributes of a row."""

    def shape(row: Any) -> JSONObject:
        return {name: plain(getattr(row, name)) for name in names}

    return shape


def all_but(*names: str) -> Shape:
    """Return a shape that has all columns of a row but these. Not for models that have secrets."""

    def shape(row: Any) -> JSONObject:
        fields = [one.attname for one in row._meta.concrete_fields if one.attname not in names]
        return {name: plain(getattr(row, name)) for name in fields}

    return shape


def plain(value: Any) -> JSONValue:
    """Return the value as JSON has it."""
    match value:
        case date():  # and datetime
            return value.isoformat()
        case None | bool() | int() | float() | str() | list() | dict():
            found: JSONValue = value
            return found
        case UUID():
            return str(value)
    return str(value)
