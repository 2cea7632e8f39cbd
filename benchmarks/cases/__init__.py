"""The benchmarks. Each module has ``measure(lab, owner, names)``, which yields rows."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

# The name on the command line → the module that measures it.
MODULES = {
    "chain": "hops",
    "fanout": "hops",
    "many": "hops",
    "fibo": "fibo",
    "waiting": "waiting",
    "models": "models",
    "events": "events",
    "start": "start",
    "growth": "growth",
    "history": "history",
}


def by_module(names: Iterable[str]) -> dict[Any, list[str]]:
    """Return the modules that measure the named benchmarks, each with its names."""
    wanted: dict[Any, list[str]] = {}
    for name in names:
        wanted.setdefault(import_module(f"{__name__}.{MODULES[name]}"), []).append(name)
    return wanted
