"""Hand out to people everything that is theirs.

A task writes the file; only its person gets it, and only for a while (`ACCOUNT_EXPORT_HOURS`). Asked
for again, a new one replaces the old one. A task that arrives twice finds the file being written, or
written.
"""

import logging
from datetime import timedelta
from functools import partial
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from kombu.exceptions import OperationalError

from accounts import archive
from accounts.holdings import Holding, Progress
from accounts.locks import alone
from accounts.models import Export, User
from audit import trail
from audit.actions import Action
from kernel.errors import NotFound

TASK = "accounts.export"
MOST_ATTEMPTS = 3  # whatever ends the worker each time will do so again
RESEND_AFTER = timedelta(minutes=10)

logger = logging.getLogger(__name__)


@transaction.atomic
def ask(user: User) -> Export:
    """Return the person's export, which is being made now; one that was under way goes on."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    present = Export.objects.filter(user=user).first()
    if present is not None and present.status == Export.Status.PENDING:
        return present
    if present is not None:
        _discard(present)
    made = Export.objects.create(user=user)
    trail.record(Action.EXPORTED, owner=user.pk, thing=made)
    transaction.on_commit(partial(send, made.pk))
    return made


def of(user: User) -> Export | None:
    """Return the export that the person asked for last, as long as it is kept."""
    return Export.objects.select_related("user").filter(user=user).first()


def fetch(user: User) -> Export:
    """Return the person's export, whose file is there. Raises NotFound."""
    found = of(user)
    if found is None or not found.is_ready or not found.path.is_file():
        raise NotFound("There is no export to fetch. Ask for a new one.")
    return found


def name_of(export: Export) -> str:
    """Return what the file is called where its person keeps it."""
    return f"trellis-{export.user.username}-{export.created:%Y-%m-%d}.zip"


def make(pk: UUID) -> None:
    """Write the file of an export, unless that was done, or is being done at this moment."""
    with alone(f"accounts.export {pk}") as is_alone:
        found = Export.objects.select_related("user").filter(pk=pk).first() if is_alone else None
        if found is None or found.status != Export.Status.PENDING:
            return
        if found.attempts >= MOST_ATTEMPTS:
            _end(found, Export.Status.FAILED)
            return
        found.attempts += 1
        found.save(update_fields=["attempts"])
        try:
            found.size = archive.write(found.user, found.path)
        except Exception:
            logger.exception("no export", extra={"action": "export", "user": found.user_id})
            _end(found, Export.Status.FAILED)
        else:
            _end(found, Export.Status.READY)


def send(pk: UUID) -> None:
    """Send the task. Where the broker is away, the tidying sends it later."""
    try:
        current_app.send_task(TASK, args=[str(pk)], retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("The broker is away; the export %s waits: %s", pk, error)


def tidy(most: int) -> int:
    """Remove files that are over, and send again what seems lost; return how many went."""
    gone = list(Export.objects.over(now())[:most])
    for export in gone:
        _discard(export)
    lost = Export.objects.filter(status=Export.Status.PENDING, created__lt=now() - RESEND_AFTER)
    for pk in lost.values_list("pk", flat=True)[:most]:
        send(pk)
    return len(gone)


def erase(holding: Holding, person: int) -> Progress:
    """Remove the person's export with its file."""
    for export in Export.objects.filter(user=person):
        _discard(export)
    return Progress.DONE


def _end(export: Export, status: Export.Status) -> None:
    """Note how the export ended. Of one that is not wanted any more the file goes, too."""
    moment = now()
    kept = timedelta(hours=settings.ACCOUNT_EXPORT_HOURS)
    changed = Export.objects.filter(pk=export.pk).update(
        status=status, size=export.size, ended_at=moment, expires_at=moment + kept
    )
    if not changed or status == Export.Status.FAILED:
        _remove_files(export)


def _discard(export: Export) -> None:
    Export.objects.filter(pk=export.pk).delete()
    _remove_files(export)


def _remove_files(export: Export) -> None:
    export.path.unlink(missing_ok=True)
    export.path.with_suffix(".part").unlink(missing_ok=True)
