"""Measure things in turn, so that what disturbs the machine disturbs them alike."""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from benchmarks.errors import BenchmarkFailed

Measure = Callable[[], float]


def rounds() -> int:
    """Return how many rounds to measure: 5, or what the environment's ROUNDS says."""
    return max(1, int(os.environ.get("ROUNDS") or 5))


def alternate(measures: Mapping[str, Measure], *, warm: bool = False) -> dict[str, list[float]]:
    """Return each one's measurements: in turn, each round in another order.

    A first round does not count, unless everything is ``warm`` already.
    """
    names = list(measures)
    if not warm:
        for name in names:
            measures[name]()
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds()):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            found[name].append(measures[name]())
    return found


def seconds(action: Callable[[], object]) -> float:
    """Return the seconds that the action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent of the values do not exceed."""
    if not values:
        raise BenchmarkFailed("Nothing was measured.")
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


def say(text: str) -> None:
    """Tell whoever waits how far we are."""
    print(text, file=sys.stderr, flush=True)
