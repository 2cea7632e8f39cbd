"""How a block sends mail."""

from email.message import EmailMessage
from typing import Protocol


class Mail(Protocol):
    """Mail servers: those of the public internet, and those that the instance allows."""

    def send(
        self,
        message: EmailMessage,
        *,
        host: str,
        port: int,
        username: str = "",
        password: str = "",
    ) -> None:
        """Hand a message to a mail server, by TLS; to port 465 from the start.

        Raises RequestFailed with what the server said. Nobody knows then for sure whether it was sent,
        so it is never tried again by itself.
        """
