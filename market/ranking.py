"""Which agents come first: plain numbers in, a number to sort by out.

Ratings are averaged with a few ratings that nobody gave (a prior): one of five stars does not stand
above a hundred of four and a half. What is taken and run fades: each event counts half as much
after every half-life. The fading sum is kept as a logarithm on a scale that moves with the clock,

    heat = log2(sum of weight · 2^(moment / half-life))

so that two agents never change places while nothing happens, and no row is written to let time pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf, log1p, log2

LEAST_STARS, MOST_STARS = 1, 5
PRIOR_MEAN = 3.5  # of a listing that nobody has rated
PRIOR_WEIGHT = 5.0  # so many ratings must come to count as much as the prior
HALF_LIFE = timedelta(days=7)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
COLD = -1000.0  # the heat of what nobody ever took: below all that can be reached
RUN_WEIGHT, INSTALL_WEIGHT, DOWNLOAD_WEIGHT, VIEW_WEIGHT = 1.0, 5.0, 3.0, 0.1


@dataclass(frozen=True)
class Happening:
    """What visitors and users did with one agent since somebody looked last."""

    runs: int = 0
    installs: int = 0
    downloads: int = 0
    views: int = 0

    @property
    def weight(self) -> float:
        """Return how much it counts: who takes an agent says more than who looks at it."""
        return (
            self.runs * RUN_WEIGHT
            + self.installs * INSTALL_WEIGHT
            + self.downloads * DOWNLOAD_WEIGHT
            + self.views * VIEW_WEIGHT
        )


def score(total: int, count: int) -> float:
    """Return the average of the ratings and of the prior: between the fewest and the most stars."""
    return (PRIOR_MEAN * PRIOR_WEIGHT + total) / (PRIOR_WEIGHT + count)


def mean(total: int, count: int) -> float:
    """Return the plain average, as it is shown; 0 where nobody has rated."""
    return total / count if count else 0.0


def heat(before: float, happened: Happening, moment: datetime) -> float:
    """Return the heat once something more has happened at the moment. It never falls."""
    weight = happened.weight
    if weight <= 0:
        return before
    return _add(before, (moment - EPOCH) / HALF_LIFE + log2(weight))


def warmth(kept: float, moment: datetime) -> float:
    """Return the fading sum itself at the moment: what has just happened counts with its whole weight."""
    power = kept - (moment - EPOCH) / HALF_LIFE
    return float(2.0 ** min(power, 1000.0)) if power > -1000.0 else 0.0


def relevance(text: float, stars: float, runs: int) -> float:
    """Return what search results are sorted by: how well the words match, then how good it is.

    What is good and used moves up among those that match about as well. It cannot make up for words
    that do not match: the factor is between 1 and 2.
    """
    quality = (stars - LEAST_STARS) / (MOST_STARS - LEAST_STARS)
    use = log1p(max(runs, 0)) / (log1p(max(runs, 0)) + 5)
    return text * (1 + (quality + use) / 2)


def alike(mine: Sequence[str], other: Sequence[str]) -> float:
    """Return how much two agents have in common, by what they are filed under or made of: 0 to 1."""
    first, second = set(mine), set(other)
    return len(first & second) / len(first | second) if first | second else 0.0


def _add(one: float, other: float) -> float:
    """Return log2(2^one + 2^other), without ever computing the powers, which may be huge."""
    high, low = max(one, other), min(one, other)
    if low == -inf or high - low > 64:
        return high
    return high + log2(1 + 2.0 ** (low - high))
