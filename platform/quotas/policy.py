"""Rates in plain Python: what is counted for whom, and what people are told of it.

A request is of one kind (``Kind``) and counts for one or two subjects: a key and its user, a user, or
the address of somebody who has not signed in. Each pair of kind and subject is a window that slides:
at any moment, so many requests in the seconds just past.
"""

import ipaddress
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import limits


class Kind(StrEnum):
    """What a request does, as far as limits are concerned."""

    READS = "reads"
    WRITES = "writes"
    STARTS = "starts"
    UPLOADS = "uploads"
    SIGN_INS = "sign_ins"
    CONNECTIONS = "connections"
    SOCKETS = "sockets"


class Who(StrEnum):
    """For whom requests are counted."""

    USER = "user"
    KEY = "key"
    ADDRESS = "address"
    ACCOUNT = "account"  # the name that somebody tries to sign in with


@dataclass(frozen=True)
class Rate:
    """So many requests in so many seconds."""

    amount: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.amount:,} in {in_words(self.seconds)}"


Rates = Mapping[Who, Rate]


@dataclass(frozen=True)
class Subject:
    """One user, key, address or account name."""

    who: Who
    name: str


@dataclass(frozen=True)
class Window:
    """What one subject may do of one kind."""

    kind: Kind
    subject: Subject
    rate: Rate

    @property
    def key(self) -> tuple[str, ...]:
        """The words that name this window in Redis. A changed rate goes on with what was counted."""
        return (self.kind, self.subject.who, self.subject.name)


@dataclass(frozen=True)
class Level:
    """How full a window is, and in how many seconds its oldest request leaves it.

    Of a full one: in how many seconds the next request may come.
    """

    window: Window
    counted: int
    seconds: float

    @property
    def remaining(self) -> int:
        return max(0, self.window.rate.amount - self.counted)

    @property
    def wait(self) -> int:
        """Whole seconds, at least one: who waits for so long finds the window open."""
        return max(1, math.ceil(self.seconds))


@dataclass(frozen=True)
class Verdict:
    """Whether a request may go on, and how full its windows are with it."""

    allowed: bool
    levels: Sequence[Level]

    @property
    def tightest(self) -> Level:
        """Return the level that says most: what refused, else what has the least left."""
        if not self.allowed:
            return max((one for one in self.levels if not one.remaining), key=lambda one: one.wait)
        return min(self.levels, key=lambda one: one.remaining)


class NotARate(ValueError):
    """The text is not a rate such as `600/minute`."""


def parse_rate(text: str) -> Rate:
    """Return the rate that a text such as ``600/minute`` or ``20 per 5 minutes`` names."""
    try:
        item = limits.parse(text)
    except ValueError:
        raise NotARate(
            f"{text!r} is not a rate. Use one such as 600/minute or 20/5 minute."
        ) from None
    if item.amount < 1:
        raise NotARate(f"{text!r} lets nothing through. Use 1 or more.")
    return Rate(item.amount, item.get_expiry())


def parse_rates(text: str) -> Rates:
    """Return the rates of a text such as ``1200/minute per user, 600/minute per key``.

    A subject that is not named has no limit; ``none`` names nobody. Raises NotARate.
    """
    found: dict[Who, Rate] = {}
    if text.strip() == "none":
        return found
    for part in text.split(","):
        *rate, per, who = ["", "", *part.split()]
        if per != "per" or who not in set(Who):
            known = ", ".join(Who)
            raise NotARate(f"{part.strip()!r} does not say for whom it counts: per {known}.")
        found[Who(who)] = parse_rate(" ".join(rate).strip())
    return found


def windows(
    kind: Kind,
    subjects: Sequence[Subject],
    rates: Rates,
    own: Mapping[tuple[Who, str, Kind], Rate],
) -> list[Window]:
    """Return the windows that a request counts in: those of its subjects that have a rate.

    ``own``: the rates of single users and keys, which come before everybody's.
    """
    found = []
    for subject in subjects:
        rate = own.get((subject.who, subject.name, kind)) or rates.get(subject.who)
        if rate:
            found.append(Window(kind, subject, rate))
    return found


def network_of(address: str) -> str:
    """Return what counts as one address: an IPv4 address, or the /64 that a person has of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address or "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed.packed, 64), strict=False))
    return str(parsed)


def headers(verdict: Verdict) -> dict[str, str]:
    """Return ``RateLimit-*`` of the tightest window, the policies of all, and ``Retry-After``."""
    level = verdict.tightest
    found = {
        "RateLimit-Limit": str(level.window.rate.amount),
        "RateLimit-Remaining": str(level.remaining),
        "RateLimit-Reset": str(level.wait),
        "RateLimit-Policy": ", ".join(
            f'{one.rate.amount};w={one.rate.seconds};comment="{one.kind} per {one.subject.who}"'
            for one in (level.window for level in verdict.levels)
        ),
    }
    if not verdict.allowed:
        found["Retry-After"] = str(level.wait)
    return found


DEEDS = {
    Kind.READS: "requests",
    Kind.WRITES: "changes",
    Kind.STARTS: "starts of runs",
    Kind.UPLOADS: "uploads",
    Kind.SIGN_INS: "attempts to sign in",
    Kind.CONNECTIONS: "steps to connect accounts of other sites",
    Kind.SOCKETS: "new WebSockets",
}
OWNERS = {
    Who.USER: "You have",
    Who.KEY: "This API key has",
    Who.ADDRESS: "Your network address has",
    Who.ACCOUNT: "This account has",
}
REMEDIES = {
    Who.USER: "An administrator of this instance can raise your limit.",
    Who.KEY: "An administrator of this instance can raise the key's limit.",
    Who.ADDRESS: "Who has signed in is counted apart from the address, and may do more.",
    Who.ACCOUNT: "Waiting is the only remedy: this keeps others from guessing the password.",
}


def sentence(verdict: Verdict) -> str:
    """Return what a person is told who is refused: which limit, when it opens, who can raise it."""
    level = verdict.tightest
    window = level.window
    return (
        f"{OWNERS[window.subject.who]} used up the limit of {window.rate.amount:,} "
        f"{DEEDS[window.kind]} in {in_words(window.rate.seconds)}. "
        f"Try again in {in_words(level.wait)}. {REMEDIES[window.subject.who]}"
    )


def members(verdict: Verdict) -> dict[str, Any]:
    """Return the same for programs, as a member of the problem document."""
    level = verdict.tightest
    window = level.window
    return {
        "limit": {
            "kind": str(window.kind),
            "per": str(window.subject.who),
            "amount": window.rate.amount,
            "seconds": window.rate.seconds,
            "retry_after": level.wait,
        }
    }


def in_words(seconds: int) -> str:
    """Return a time as people say it: ``one minute``, ``5 minutes``, ``90 seconds``."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds % size == 0 and seconds >= size:
            count = seconds // size
            return f"one {word}" if count == 1 else f"{count} {word}s"
    return "one second" if seconds == 1 else f"{seconds} seconds"
