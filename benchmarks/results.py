"""What was measured, as values: for the table, for the JSON file and for the documentation."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Spread:
    """The median of some rounds, and how far they lie apart."""

    median: float
    lowest: float
    highest: float
    rounds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values), len(values))


@dataclass(frozen=True)
class Beside:
    """What something else took for the same, and Trellis's ratio to it, round by round."""

    spread: Spread
    ratio: Spread


@dataclass(frozen=True)
class Row:
    """One line of the table. ``name`` says what was done, ``unit`` what the figures are."""

    benchmark: str
    name: str
    unit: str
    trellis: Spread
    mode: str = ""  # the workers' setting: through the broker, or the local lane
    beside: Mapping[str, Beside] = field(default_factory=dict)
    note: str = ""


def compared(
    benchmark: str,
    name: str,
    rounds: Mapping[str, Sequence[float]],
    *,
    unit: str,
    mode: str = "",
    note: str = "",
) -> Row:
    """Return the row for measurements of "Trellis" and others, taken in the same rounds."""
    ours = rounds["Trellis"]
    beside = {
        other: Beside(
            Spread.of(values), Spread.of([a / b for a, b in zip(ours, values, strict=True)])
        )
        for other, values in rounds.items()
        if other != "Trellis"
    }
    return Row(benchmark, name, unit, Spread.of(ours), mode, beside, note)


def row_of(found: Mapping[str, Any]) -> Row:
    """Return the row that the JSON file holds."""
    beside = {
        name: Beside(Spread(**one["spread"]), Spread(**one["ratio"]))
        for name, one in found["beside"].items()
    }
    return Row(**{**found, "trellis": Spread(**found["trellis"]), "beside": beside})
