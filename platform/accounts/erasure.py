"""Erase a person with everything that is theirs.

The account closes at once: nothing signs in to it, none of its keys or tokens opens anything, and its
runs are asked to stop. A task then removes the rows, batch by batch, app by app (`holdings`), and at
last the person. It may be ended at any moment and run twice: what is gone is gone, and a tick sends it
again every few seconds until the person is gone. There is no way back.
"""

import logging
import time
from functools import partial

from allauth.account.adapter import get_adapter
from celery import current_app
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.timezone import now
from kombu.exceptions import OperationalError

from accounts import holdings, services
from accounts.holdings import Progress
from accounts.locks import alone
from accounts.models import User
from audit import trail
from audit.actions import Action
from kernel.errors import Conflict

TASK = "accounts.erase"
SECONDS = 60.0  # for one task; the next goes on
AT_ONCE = 20  # people for whom one tick sends the task
WORTH = 600  # seconds; a message that nobody took for so long has been sent anew often enough

logger = logging.getLogger(__name__)


class LastAdministrator(Conflict):
    """You are the only administrator here. Make somebody else one first."""

    code = "last_administrator"


def leave(user: User) -> None:
    """Do as the person asks who wants to be erased, and tell it by mail: it may be somebody else.

    Raises LastAdministrator; then nothing changed.
    """
    begin(user)
    if user.email:
        context = {"username": user.username}
        get_adapter().send_mail("account/email/account_erased", user.email, context)


@transaction.atomic
def begin(user: User) -> None:
    """Close the account, and have it erased. Raises LastAdministrator; then nothing changed."""
    # One after the other: of two last administrators one stays.
    admins = User.objects.select_for_update(no_key=True).filter(is_superuser=True, is_active=True)
    others = [one for one in admins if one.pk != user.pk]
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if row.is_superuser and row.is_active and not others:
        raise LastAdministrator
    if row.erasing_at is None:
        row.erasing_at, row.is_active = now(), False
        row.set_unusable_password()
        row.save(update_fields=["erasing_at", "is_active", "password"])
        services.sign_out_everywhere(row)
        trail.record(Action.ERASED, owner=row.pk, thing=(row._meta.label_lower, row.pk, ""))
    transaction.on_commit(partial(send, row.pk))


def go_on(person: int, seconds: float = SECONDS) -> bool:
    """Remove what is left of a person who is being erased. False: there is more to do, later."""
    with alone(f"accounts.erase {person}") as is_alone:
        return not is_alone or _is_gone(person) or _go_on(person, time.monotonic() + seconds)


def _go_on(person: int, deadline: float) -> bool:
    for holding in reversed(holdings.everything()):
        progress = Progress.MORE
        while progress is Progress.MORE:
            if time.monotonic() > deadline:
                return False
            progress = holding.erase_some(person)
        if progress is Progress.WAITS:
            return False
    try:
        with transaction.atomic():
            User.objects.filter(pk=person).delete()
    except ProtectedError as error:  # somebody else's rows need something that is this person's
        logger.warning("not erased yet: %s", error, extra={"action": "erase", "user": person})
        return False
    logger.info("a person was erased", extra={"action": "erase", "user": person})
    return True


def _is_gone(person: int) -> bool:
    """Return whether nobody with this id is being erased."""
    return not User.objects.filter(pk=person, erasing_at__isnull=False).exists()


def send(person: int) -> None:
    """Send the task. Where the broker is away, or the task is lost, the next tick sends it again."""
    try:
        current_app.send_task(TASK, args=[person], expires=WORTH, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("The broker is away; the erasure of %s waits: %s", person, error)


def send_again(most: int = AT_ONCE) -> None:
    """Send the task for people who are still being erased: it goes on, or looks whether it can.

    By chance, where they are many: so none who waits for something holds up the others.
    """
    rows = User.objects.filter(erasing_at__isnull=False).order_by("?")
    for person in rows.values_list("pk", flat=True)[:most]:
        send(person)
