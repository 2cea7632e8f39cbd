"""Delete a run because its owner wants it gone, with everything that it left.

It is out of sight and its room is free from this moment; its rows and files go with the next purge, in batches,
as those of a run that is too large to be purged at once do (`purging`).
"""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils.timezone import now

from agents.executions import auditing
from agents.executions.models import Execution, RunStorage
from agents.executions.models.execution import Purging
from audit.actions import Action
from kernel.errors import Conflict, NotFound


class NotEnded(Conflict):
    """The run goes on. Stop it first."""

    code = "execution_not_ended"


class DeleteTheRunAbove(Conflict):
    """This run belongs to another one; delete that one."""

    code = "delete_the_run_above"


@transaction.atomic
def remove(pk: UUID) -> None:
    """Delete a run and those that it started.

    Raises NotFound, NotEnded or DeleteTheRunAbove; then nothing changed.
    """
    execution = Execution.objects.locked(pk)
    if execution.purging == Purging.ROWS:
        raise NotFound(f"There is no run `{pk}` any more.")
    if execution.root_id is not None:
        raise DeleteTheRunAbove(
            f"Another run started this one. Delete the run above: {execution.root_id}"
        )
    family = Execution.objects.filter(root=pk)
    if not execution.state.is_final or family.live().exists():
        raise NotEnded("The run, or one that it started, goes on. Stop it, and delete it then.")
    runs = [pk, *family.values_list("pk", flat=True)]
    Execution.objects.filter(pk__in=runs).update(  # as `purging` marks what it will go on with
        purging=Purging.ROWS,
        parent=None,
        payload_purged_at=Coalesce("payload_purged_at", now()),
    )
    RunStorage.objects.filter(pk__in=runs).delete()
    auditing.line(Action.RUN_DELETED, execution, runs=len(runs)).save()
