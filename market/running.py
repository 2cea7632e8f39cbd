"""Count the runs of agents of the store, by others than their creators."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.utils.timezone import now

from agents.engine.states import ExecutionStatus
from agents.executions.models import Execution
from market import counting
from store.models import Listing


def runs_ended(runs: Sequence[Execution]) -> None:
    """Count the runs that came to a good end, each once: such a run never ends again.

    Called in the transaction that notes that they were announced.
    """
    done = [run for run in runs if run.status == ExecutionStatus.COMPLETED]
    if not done:
        return
    agents = {run.agent_id for run in done if run.agent_id is not None}
    rows = Listing.objects.filter(agent_id__in=agents).values_list("agent_id", "pk", "owner_id")
    listings = {agent: (pk, owner) for agent, pk, owner in rows}
    if not listings:
        return
    found: Counter[UUID] = Counter()
    for run in done:
        if run.agent_id in listings:
            pk, owner = listings[run.agent_id]
            found[pk] += run.owner_id != owner
    if found.total():
        counting.add({pk: {"runs": number} for pk, number in found.items() if number}, now())
