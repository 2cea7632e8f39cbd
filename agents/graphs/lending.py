"""Versions that somebody may start although the agent is another person's.

Apps above this one lend them, and say so by an entry in LENDERS when they start: the store lends what
is in people's libraries. To whom a version is lent may start it, with credentials, credits and limits
of their own; whether they may also look at its graph is for the lender to say. Owners need no entry.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, Protocol

from django.db.models import Q, QuerySet


class Lender(Protocol):
    """Answers with the primary keys of versions, for a person's key or a parameter in its place."""

    def lent(self, person: Any) -> QuerySet[Any, Any]:
        """Return what the person may start."""

    def preferred(self, person: Any) -> QuerySet[Any, Any]:
        """Return what runs where no version is named: of each agent one at the most."""

    def shown(self, person: Any) -> QuerySet[Any, Any]:
        """Return the graphs that the person may look at."""


LENDERS: list[Lender] = []


def lent(person: Any) -> Q:
    """Return the condition that a version is lent to the person."""
    return _either(Q(pk__in=one.lent(person)) for one in LENDERS)


def preferred(person: Any) -> Q:
    """Return the condition that it is what runs of a lent agent when no version is named."""
    return _either(Q(pk__in=one.preferred(person)) for one in LENDERS)


def shown(person: Any) -> Q:
    """Return the condition that the person may look at the graph of another's version."""
    return _either(Q(pk__in=one.shown(person)) for one in LENDERS)


def _either(conditions: Iterable[Q]) -> Q:
    """Return that one of the conditions holds; without any, that nothing does."""
    return reduce(or_, conditions, Q(pk__in=()))
