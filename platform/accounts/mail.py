"""Mail, where no server is set up for it."""

import sys
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from kernel.mail import MARK

RULE = "-" * 60


class ConsoleBackend(BaseEmailBackend):
    """Prints each mail as a person reads it, every line marked: ``trellis up`` shows these lines.

    Django's own console backend prints them as they travel, with long lines broken by `=`.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            lines = [
                RULE,
                f"To: {', '.join(message.recipients())}",
                f"Subject: {message.subject}",
                "",
                *str(message.body).splitlines(),
                RULE,
            ]
            # One write: lines of other threads do not come between.
            sys.stdout.write("".join(f"{MARK}{line}\n" for line in lines))
            sys.stdout.flush()
        return len(email_messages)
