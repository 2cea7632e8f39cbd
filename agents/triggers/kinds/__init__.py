"""All kinds of triggers. Each is a module here that declares ``kind``: a new one is one file."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from agents.triggers.errors import InvalidTrigger
from agents.triggers.kinds.base import Kind

NO_KINDS = {"base"}


def every() -> list[Kind[Any]]:
    """Return all kinds, as people choose among them."""
    return sorted(_declared().values(), key=lambda one: (one.order, one.name))


def find(name: str) -> Kind[Any] | None:
    """Return the kind; None where this release has none of this name."""
    return _declared().get(name)


def get(name: str) -> Kind[Any]:
    """Return the kind. Raises InvalidTrigger."""
    found = find(name)
    if found is None:
        known = ", ".join(f"`{one.name}`" for one in every())
        raise InvalidTrigger(f"There is no kind of trigger {name[:60]!r}. There are: {known}.")
    return found


@cache
def _declared() -> dict[str, Kind[Any]]:
    found: dict[str, Kind[Any]] = {}
    for module in iter_modules(__path__, f"{__name__}."):
        last = module.name.rpartition(".")[2]
        if last in NO_KINDS:
            continue
        kind: Kind[Any] = import_module(module.name).kind
        if kind.name != last:
            raise TypeError(f"{module.name} declares {kind.name!r}: name the module so.")
        found[kind.name] = kind
    return found
