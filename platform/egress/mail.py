"""Mail to a server that somebody named, under the same guard as requests.

The connection goes to the address that was checked, TLS is with the name, and nothing is said to a
server that offers none. A thread ends what takes too long: smtplib only knows how long a single
read may take.
"""

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from typing import BinaryIO

from egress.addresses import Address
from egress.errors import (
    AnswerUnreadable,
    ConnectionFailed,
    EgressError,
    RequestTimedOut,
)
from egress.limits import Budget, Limits, Stop, never
from egress.policy import Policy
from egress.resolving import SLICE_SECONDS, Resolver, addresses_to_dial, system_resolver
from egress.settings import configured
from egress.targets import Target
from egress.transport import trust

MAIL_PORTS = (25, 465, 587, 2525)
TLS_FROM_THE_START = 465
MOST_LINES = 1_000  # of one answer


class MailRefused(EgressError):
    """The mail server does not take the mail."""

    code = "mail_refused"


@dataclass(frozen=True)
class MailServer:
    """A mail server, and who we are to it."""

    host: str
    port: int
    username: str = ""
    password: str = ""


def send(
    message: EmailMessage,
    server: MailServer,
    *,
    policy: Policy | None = None,
    limits: Limits | None = None,
    stop: Stop = never,
    resolver: Resolver = system_resolver,
    ca_file: str | None = None,
) -> None:
    """Hand the message to the server. Raises EgressError; without a policy, the instance's holds."""
    instance = configured()
    policy = replace(policy or instance.policy, ports=MAIL_PORTS)
    budget = Budget(limits or instance.limits, stop)
    host = server.host.strip().lower()
    policy.check_target(Target("smtp", host, server.port))
    found = addresses_to_dial(host, server.port, policy=policy, budget=budget, resolver=resolver)
    context = trust(instance.ca_file if ca_file is None else ca_file)
    with errors_as_ours(budget), connected(found, server.port, budget) as plain:
        private = server.port == TLS_FROM_THE_START
        link = context.wrap_socket(plain, server_hostname=host) if private else plain
        with _Session(link, host) as session, watched(lambda: session.sock, budget):
            session.greet()
            if not private:
                session.starttls(context=context)
                session.ehlo()
            if server.username:
                session.login(server.username, server.password)
            session.send_message(message)


class _Session(smtplib.SMTP):
    """SMTP over a connection that stands already."""

    def __init__(self, link: socket.socket, host: str) -> None:
        self.link = link
        super().__init__(local_hostname="[127.0.0.1]", timeout=link.gettimeout() or 30)
        self._host = host  # for whom `starttls` checks the certificate

    def greet(self) -> None:
        """Take the server's greeting, and say ours."""
        self.sock = self.link
        code, text = self.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        self.ehlo_or_helo_if_needed()

    def getreply(self) -> tuple[int, bytes]:
        """Return one answer, of which no server sends very many lines."""
        if self.file is None and self.sock is not None:
            self.file = _FewLines(self.sock.makefile("rb"))
        return super().getreply()


class _FewLines:
    """What a server says, as long as that is not too much."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.left = MOST_LINES

    def readline(self, size: int = -1) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise OSError("the server does not stop talking")
        return self.file.readline(size)

    def close(self) -> None:
        self.file.close()


@contextmanager
def connected(addresses: Sequence[Address], port: int, budget: Budget) -> Iterator[socket.socket]:
    """Lend a connection to the first of the addresses that answers."""
    link = None
    for address in addresses:
        try:
            link = _dialled(str(address), port, budget)
            break
        except ConnectionFailed:
            if address == addresses[-1]:
                raise
    assert link is not None
    link.settimeout(budget.limits.read_seconds)
    try:
        yield link
    finally:
        link.close()


def _dialled(address: str, port: int, budget: Budget) -> socket.socket:
    seconds = budget.seconds(budget.limits.connect_seconds)
    try:
        return socket.create_connection((address, port), timeout=seconds)
    except TimeoutError:
        raise ConnectionFailed(f"The mail server did not answer on port {port} in time.") from None
    except OSError as error:
        raise ConnectionFailed(
            f"The mail server does not answer on port {port}: {error}."
        ) from None


@contextmanager
def watched(link: Callable[[], socket.socket | None], budget: Budget) -> Iterator[None]:
    """Break the connection when the time is over, or nobody wants it any more."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(SLICE_SECONDS):
            try:
                budget.seconds(None)
            except EgressError:
                _break(link())
                return

    watcher = threading.Thread(target=watch, name="egress-mail", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _break(link: socket.socket | None) -> None:
    try:
        if link is not None:
            link.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def errors_as_ours(budget: Budget) -> Iterator[None]:
    """Raise EgressErrors for what smtplib and sockets raise; no sentence has a password."""
    try:
        yield
    except EgressError:
        raise
    except (smtplib.SMTPException, OSError, ValueError) as error:
        budget.seconds(None)  # what broke the connection, if we did
        raise _ours(error) from None


def _ours(error: Exception) -> EgressError:
    match error:
        case smtplib.SMTPAuthenticationError():
            return MailRefused(f"The mail server refuses the name or the password: {_said(error)}")
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            [(code, text), *_] = refused.values()
            return MailRefused(f"The mail server refuses the recipient: {_words(code, text)}")
        case smtplib.SMTPNotSupportedError():
            return MailRefused(
                "The mail server offers no TLS, or no way to sign in that is known here, so nothing"
                " was sent."
            )
        case smtplib.SMTPResponseException():
            return MailRefused(f"The mail server refuses the mail: {_said(error)}")
        case smtplib.SMTPServerDisconnected():
            return ConnectionFailed("The mail server broke the connection.")
        case smtplib.SMTPException():
            return AnswerUnreadable("The mail server does not speak SMTP as it should.")
    return our_sockets_error(error)


def our_sockets_error(error: Exception) -> EgressError:
    """Return the EgressError for what a socket raised."""
    if isinstance(error, TimeoutError):
        return RequestTimedOut("The mail server was silent for too long.")
    return ConnectionFailed(f"The connection to the mail server failed: {error}.")


def _said(error: smtplib.SMTPResponseException) -> str:
    return _words(error.smtp_code, error.smtp_error)


def _words(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", errors="replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(said.split())[:300]}"
