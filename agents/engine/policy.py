"""How often a node is tried, how long it waits between tries, and how long one try may take.

A policy comes from three places, each over the one before: the instance's settings, what the block
declares (`BlockSpec.retry`, `BlockSpec.timeout_seconds`), and the node's metadata::

    {"retry": {"max_attempts": 5, "initial_seconds": 1, "factor": 2, "max_seconds": 60,
               "jitter": "equal", "errors": ["transient", "timed_out"]},
     "timeout_seconds": 120}

``errors`` names what is worth another try: codes of errors; ``transient`` for every error of which
the block says that trying again can help; ``any`` for every error, except two. ``interrupted`` (the
worker was lost while the block acted on the world) must be named, because only the author knows
whether acting twice does harm. ``sub_agent_failed`` never is: a node starts its agent once, however
often it is tried.

Waits grow exponentially up to a limit, and are spread so that nodes which failed together do not
all come back together: "full" and "equal" jitter of Marc Brooker, "Exponential Backoff And Jitter",
AWS Architecture Blog, 2015. Equal is the default: with three tries, a wait near zero, which full
jitter allows, would waste one.

A block may say how long the other side asked to be left alone (``TransientBlockError.retry_after``).
The next try then begins no sooner, unless that is longer than ``max_seconds``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

from agents.engine.errors import Interrupted, SubAgentFailed
from agents.engine.graph import Node
from kernel.errors import Detail

RETRY, TIMEOUT = "retry", "timeout_seconds"  # keys of a node's metadata
TRANSIENT, ANY = "transient", "any"

DAY = 24 * 60 * 60.0
MOST_ATTEMPTS = 100
LONGEST_TIMEOUT = 30 * DAY
LONGEST_CODE, MOST_CODES = 100, 50

Jitter: TypeAlias = Literal["none", "full", "equal"]


@dataclass(frozen=True)
class Fault:
    """Why a try of a node failed. ``transient``: the block says that trying again can help.

    ``retry_after``: so many seconds from now at the earliest.
    """

    code: str
    message: str
    transient: bool = False
    retry_after: float | None = None


@dataclass(frozen=True)
class RetryPolicy:
    """When a failed try is followed by another one, and after how long."""

    max_attempts: int = 3
    initial_seconds: float = 1.0
    factor: float = 2.0
    max_seconds: float = 60.0
    jitter: Jitter = "equal"
    errors: frozenset[str] = frozenset({TRANSIENT})

    def covers(self, fault: Fault) -> bool:
        """Return whether the error is one that is worth another try."""
        if fault.code == SubAgentFailed.code:
            return False
        if fault.code in self.errors or (fault.transient and TRANSIENT in self.errors):
            return True
        return ANY in self.errors and fault.code != Interrupted.code

    def delay(self, tries: int, random: Callable[[], float]) -> float:
        """Return how many seconds to wait after this many failed tries.

        ``random`` returns a number from 0 to 1, as `random.random` does.
        """
        longest = min(self.initial_seconds * self.factor ** (tries - 1), self.max_seconds)
        match self.jitter:
            case "none":
                return longest
            case "full":
                return longest * random()
            case "equal":
                return longest / 2 + longest / 2 * random()


@dataclass(frozen=True)
class NodePolicy:
    """What holds for one node."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    timeout_seconds: float = 3600.0

    def wait_before_next(
        self, fault: Fault, *, tries: int, random: Callable[[], float]
    ) -> float | None:
        """Return how many seconds to wait before the next try, or None where there is none.

        ``tries`` counts the one that just failed. Whoever asks for a longer wait gets it, up to the
        longest that the policy knows.
        """
        if tries >= self.retry.max_attempts or not self.retry.covers(fault):
            return None
        asked = min(fault.retry_after or 0.0, self.retry.max_seconds)
        return max(self.retry.delay(tries, random), asked)


def policy_of(node: Node, instance: NodePolicy) -> NodePolicy:
    """Return what holds for the node: its own policy over its block's over the instance's.

    A block that acts on the world is tried once unless it, or its node, says otherwise. What cannot
    be read counts as not said: `problems` tells of it before a run.
    """
    block = node.block
    declared = block.retry if block else None
    own = node.metadata.get(RETRY)
    retry = instance.retry
    if block and block.effect == "external" and declared is None and not isinstance(own, Mapping):
        retry = replace(retry, max_attempts=1)
    for values in (declared, own):
        if isinstance(values, Mapping):
            retry = replace(retry, **_read(values)[0])
    given = node.metadata.get(TIMEOUT)
    timeout = instance.timeout_seconds
    if block and block.timeout_seconds is not None:
        timeout = block.timeout_seconds
    if given is not None and not _timeout_problem(given):
        timeout = float(given)
    return replace(instance, retry=retry, timeout_seconds=timeout)


def problems(node: Node) -> list[Detail]:
    """Return what is wrong with the policy in the node's metadata."""
    found: list[str] = []
    own, timeout = node.metadata.get(RETRY), node.metadata.get(TIMEOUT)
    if isinstance(own, Mapping):
        found += _read(own)[1]
    elif own is not None:
        found.append('`retry` must be an object such as {"max_attempts": 3}.')
    if timeout is not None:
        found += _timeout_problem(timeout)
    return [Detail("malformed_policy", text, node_id=node.id) for text in found]


def declared_problems(values: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a retry policy as a block declares it."""
    return _read(values)[1]


def _read(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the fields that can be read, and a sentence for each that cannot. Null says nothing."""
    known: dict[str, Any] = {}
    problems = [
        f"`retry` has no {key[:LONGEST_CODE]!r}. It may have {_listed([*READERS])}."
        for key in values
        if key not in READERS
    ]
    for name, reader in READERS.items():
        if values.get(name) is not None:
            try:
                known[name] = reader(values[name])
            except ValueError as error:
                problems.append(f"`retry.{name}` must be {error}.")
    return known, problems


def _timeout_problem(value: Any) -> list[str]:
    try:
        if _number(value, 0, LONGEST_TIMEOUT) == 0:
            raise ValueError("more than 0")
    except ValueError as error:
        return [f"`timeout_seconds` must be {error}."]
    return []


def _number(value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"a number from {least:g} to {most:,.0f}")
    return float(value)


def _attempts(value: Any) -> int:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    if number != int(number) or not 1 <= number <= MOST_ATTEMPTS:
        raise ValueError(f"a whole number from 1 to {MOST_ATTEMPTS}")
    return int(number)


def _jitter(value: Any) -> str:
    if value not in get_args(Jitter):
        raise ValueError(_listed(get_args(Jitter), "or"))
    return str(value)


def _errors(value: Any) -> frozenset[str]:
    codes = [value] if isinstance(value, str) else value
    if (
        not isinstance(codes, list)
        or not 1 <= len(codes) <= MOST_CODES
        or not all(isinstance(one, str) and 0 < len(one) <= LONGEST_CODE for one in codes)
    ):
        raise ValueError("`transient`, `any`, or a list of these and of codes of errors")
    return frozenset(codes)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "max_attempts": _attempts,
    "initial_seconds": lambda value: _number(value, 0, DAY),
    "factor": lambda value: _number(value, 1, 100),
    "max_seconds": lambda value: _number(value, 0, LONGEST_TIMEOUT),
    "jitter": _jitter,
    "errors": _errors,
}


def _listed(names: Any, word: str = "and") -> str:
    *first, last = (f"`{name}`" for name in names)
    return f"{', '.join(first)} {word} {last}"
