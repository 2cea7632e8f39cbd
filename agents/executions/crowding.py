"""End the runs that go on writing where their owners have no room left.

What they recorded stays, and so does what waits: a run that writes nothing takes no room. Such a run fails as
one whose deadline is over does: nothing more starts, what runs is asked to stop, and the run says why.
"""

import time
from collections import defaultdict
from typing import Any
from uuid import UUID

from django.utils.timezone import now

from agents.executions import journal, storage
from agents.executions.models import Execution
from quotas import storage as quotas


def keep_within_quotas(seconds: float = float("inf")) -> int:
    """Measure what changed, for so many seconds at most; return how many runs had to end."""
    moment, deadline = now(), time.monotonic() + seconds
    grown: dict[Any, set[UUID]] = defaultdict(set)
    while time.monotonic() < deadline:
        count, page = storage.measure(moment)
        for one in page:
            grown[one.owner_id].add(one.run)
        if not count:
            break
    return sum(_end(owner, runs) for owner, runs in grown.items())


def _end(owner: Any, runs: set[UUID]) -> int:
    """End those of the runs that go on, where the owner keeps more than allowed."""
    found = quotas.storage_of(owner)
    if found.has_room_for(0):
        return 0
    live = Execution.objects.live().filter(pk__in=runs).values_list("root_id", "pk")
    roots = {root or pk for root, pk in live}
    return sum(journal.give_up(root, quotas.full(found)) for root in sorted(roots))
