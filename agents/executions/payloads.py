"""What still needs a run's values, after retention may have removed them."""

from agents.executions.models import Execution
from kernel.errors import Conflict


class PayloadPurged(Conflict):
    """The run's values are gone: they were kept as long as the instance or the agent says."""

    code = "payload_purged"


def require_payload(execution: Execution) -> None:
    """Raise PayloadPurged where the run, which is locked, does not have its values any more."""
    if execution.payload_purged_at is not None:
        moment = f"{execution.payload_purged_at:%Y-%m-%d %H:%M} UTC"
        raise PayloadPurged(
            f"The values of the run {execution.pk} were purged on {moment}, so it cannot go on or "
            "be taken from. Start the agent again."
        )
