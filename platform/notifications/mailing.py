"""Mails: one for a person at a time, about everything that is due.

A person's mail is sent under the lock of their preferences, and the rows say so in the same transaction:
of two who send, one finds nothing left; a process that dies in between lets the mail come twice rather
than never. A mail server that is away puts the mails off, for longer each time.
"""

import logging
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.timezone import now

from accounts import notifications
from accounts.models import User
from accounts.notifications import NotificationType
from kernel.links import absolute
from notifications import timing, unsubscribing
from notifications.models import Notification

PEOPLE = 100  # that one tick writes to
LINES = 20  # that a mail has; it says how many more there are

logger = logging.getLogger(__name__)


def send_due() -> int:
    """Send the mails that are due, to `PEOPLE` people at most; return how many went.

    Stops at the first that the server does not take: the others would wait for it one after another.
    """
    owners = Notification.objects.due(now()).order_by().values_list("owner", flat=True).distinct()
    sent = 0
    for pk in list(owners[:PEOPLE]):
        try:
            sent += _send_to(pk)
        except OSError as error:  # all that smtplib raises
            logger.warning("The mail server did not take a mail: %s", type(error).__name__)
            _put_off(pk)
            break
    return sent


@transaction.atomic
def _send_to(owner: int) -> bool:
    """Send a person what is due. False: the mails are not wanted, or not today."""
    user = User.objects.get(pk=owner)
    moment = now()
    with notifications.counted(user) as mails:
        due = list(Notification.objects.due(moment).filter(owner=user).order_by("-updated"))
        wanted = [one for one in due if mails.wants(NotificationType(one.kind))]
        rows = Notification.objects.filter(pk__in=[one.pk for one in due])
        if not wanted:
            rows.update(mail_due_at=None)
            return False
        if not mails.take_one():
            rows.update(mail_due_at=timing.next_day(moment))
            return False
        rows.update(mail_due_at=None, mailed_at=moment, mail_failures=0)
        message(user, wanted).send()
        return True


def message(user: User, due: Sequence[Notification]) -> EmailMultiAlternatives:
    """Return the mail that tells of these, the newest first."""
    stop = absolute(unsubscribing.path_for(user, {NotificationType(one.kind) for one in due}))
    context = {
        "user": user,
        "lines": [(one, absolute(one.link) if one.link else "") for one in due[:LINES]],
        "more": len(due) - LINES,
        "stop": stop,
        "all": absolute("/notifications/"),
    }
    first = due[0].title
    subject = first if len(due) == 1 else f"{first} and {len(due) - 1} more"
    return EmailMultiAlternatives(
        f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}",
        render_to_string("notifications/mail.txt", context),
        to=[user.email],
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
        connection=get_connection(),
    )


@transaction.atomic
def _put_off(owner: int) -> None:
    """Let everything that is due to a person wait, for longer each time."""
    moment = now()
    for row in Notification.objects.due(moment).filter(owner=owner).select_for_update():
        row.mail_failures += 1
        row.mail_due_at = timing.after_failure(moment, row.mail_failures)
        row.save(update_fields=["mail_failures", "mail_due_at"])
