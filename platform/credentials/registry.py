"""All providers: each is a module of `credentials.providers` that declares ``provider``, or comes
with an installed package.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.core.checks import CheckMessage, Warning, register

from credentials import packages, providers
from credentials.errors import UnknownProvider
from credentials.provider import Provider


def every() -> list[Provider]:
    """Return all providers by their names' order."""
    return sorted(_declared().values(), key=lambda one: one.name)


def find(name: str) -> Provider | None:
    """Return the provider, if there is one."""
    return _declared().get(name)


def get(name: str) -> Provider:
    """Return the provider. Raises UnknownProvider."""
    found = find(name)
    if found is None:
        raise UnknownProvider(
            f"There is no provider {name[:60]!r}. `/api/v1/integrations/providers/` lists them."
        )
    return found


@contextmanager
def also(*declared: Provider) -> Iterator[None]:
    """Know these providers too, for the length of a ``with`` block. For tests."""
    known = _declared()
    before = dict(known)
    known.update({one.name: one for one in declared})
    try:
        yield
    finally:
        known.clear()
        known.update(before)


@cache
def _declared() -> dict[str, Provider]:
    found: dict[str, Provider] = {}
    for module in iter_modules(providers.__path__, f"{providers.__name__}."):
        provider: Provider = import_module(module.name).provider
        if module.name.rpartition(".")[2] != provider.name:
            raise TypeError(f"{module.name} declares {provider.name!r}: name the module so.")
        found[provider.name] = provider
    return found | {one.name: one for one in _brought(frozenset(found)).providers}


@cache
def _brought(taken: frozenset[str]) -> packages.Brought:
    return packages.brought(taken)


def broken() -> list[packages.Broken]:
    """Return the providers of installed packages that were left out."""
    own = {module.name for module in iter_modules(providers.__path__)}
    return _brought(frozenset(own)).broken


@register("credentials")
def check_packages(**kwargs: Any) -> list[CheckMessage]:
    """Return a warning for each provider that was left out: the rest of the instance works."""
    return [Warning(str(one), hint=packages.REMEDY, id="credentials.W001") for one in broken()]
