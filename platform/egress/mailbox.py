"""Mailboxes on servers that somebody named (IMAP), under the same guard as requests.

The connection goes to the address that was checked, and has TLS from its first byte. What a server says
is counted: neither a line, nor an announced length, nor very many small answers get past the limits.
imaplib puts its arguments together as text, so nothing with a line end reaches it.
"""

import imaplib
import re
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from egress.errors import AnswerTooLarge, AnswerUnreadable, ConnectionFailed, EgressError
from egress.limits import Budget, Limits, Stop, never
from egress.mail import MailRefused, connected, our_sockets_error, watched
from egress.policy import Policy
from egress.resolving import Resolver, addresses_to_dial, system_resolver
from egress.settings import configured
from egress.targets import Target
from egress.transport import trust

MAILBOX_PORTS = (993,)
MOST_ANSWERS = 20_000  # lines of one session
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
UID = re.compile(rb"UID (\d{1,10})")
SIZE = re.compile(rb"RFC822\.SIZE (\d{1,15})")
LAST_UID = 2**32 - 1


@dataclass(frozen=True)
class MailboxServer:
    """A server of mailboxes, and who we are to it."""

    host: str
    port: int
    username: str
    password: str


@dataclass(frozen=True)
class Folder:
    """A folder of a mailbox as it is now."""

    validity: int
    """Changes when the server has given its mails new numbers."""
    next_uid: int
    """More than any mail there has."""


def check(host: str, port: int, *, policy: Policy | None = None) -> None:
    """Raise EgressError where the server may not be asked, as far as that is known without asking."""
    policy = replace(policy or configured().policy, ports=MAILBOX_PORTS)
    policy.check_target(Target("imap", host.strip().lower(), port))


@contextmanager
def opened(
    server: MailboxServer,
    *,
    policy: Policy | None = None,
    limits: Limits | None = None,
    stop: Stop = never,
    resolver: Resolver = system_resolver,
    ca_file: str | None = None,
) -> Iterator["Mailbox"]:
    """Lend a mailbox, signed in. Raises EgressError; without a policy, the instance's holds."""
    instance = configured()
    policy = replace(policy or instance.policy, ports=MAILBOX_PORTS)
    budget = Budget(limits or instance.limits, stop)
    host = server.host.strip().lower()
    policy.check_target(Target("imap", host, server.port))
    found = addresses_to_dial(host, server.port, policy=policy, budget=budget, resolver=resolver)
    context = trust(instance.ca_file if ca_file is None else ca_file)
    with _errors_as_ours(budget), connected(found, server.port, budget) as plain:
        private = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        with closing(private) as link, watched(lambda: link, budget):
            link.do_handshake()
            with _Session(link, budget) as session:
                session.sign_in(server.username, server.password)
                yield Mailbox(session)


class Mailbox:
    """The mails of one person, by their numbers (UIDs) in a folder."""

    def __init__(self, session: "_Session") -> None:
        self._session = session

    def select(self, folder: str, *, writable: bool = False) -> Folder:
        """Open a folder; what is asked from now on is about it. Raises MailRefused."""
        session = self._session
        session.ask(session.select(_quoted(_encoded(folder)), not writable))
        return Folder(_number(session, "UIDVALIDITY"), _number(session, "UIDNEXT"))

    def after(self, uid: int) -> list[int]:
        """Return the numbers of the mails that have a higher one, in their order."""
        if uid >= LAST_UID:
            return []
        # A range that begins after the last mail has that one in it, whatever its number is.
        [answer] = self._uid("SEARCH", "UID", f"{uid + 1}:*")[:1] or [b""]
        words = answer.split() if isinstance(answer, bytes) else []
        return sorted({int(word) for word in words if word.isdigit() and int(word) > uid})

    def sizes(self, uids: list[int]) -> dict[int, int]:
        """Return how many bytes each of the mails has; those that are gone are left out."""
        if not uids:
            return {}
        found = {}
        for line in self._uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)"):
            if not isinstance(line, bytes):
                continue
            if (uid := UID.search(line)) and (size := SIZE.search(line)):
                found[int(uid[1])] = int(size[1])
        return {uid: found[uid] for uid in uids if uid in found}

    def beginning(self, uid: int, most: int) -> bytes:
        """Return so many bytes of a mail, or all of it; b"" where it is gone. Its flags stay."""
        for part in self._uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{most}>)"):
            if isinstance(part, tuple) and b"BODY[" in part[0].upper():
                return bytes(part[1])[:most]
        return b""

    def mark_seen(self, uids: list[int]) -> None:
        """Mark the mails as read, in a folder that was opened to be changed."""
        if uids:
            self._uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", r"(\Seen)")

    def _uid(self, command: str, *arguments: str) -> list[Any]:
        return self._session.ask(self._session.uid(command, *arguments))


class _Session(imaplib.IMAP4):
    """IMAP over a connection that stands already."""

    def __init__(self, link: socket.socket, budget: Budget) -> None:
        self.link = link
        self.budget = budget
        self.received = 0
        self.lines = 0
        super().__init__()

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self.link

    def __exit__(self, *raised: Any) -> None:
        """Take leave, unless something went wrong; let go of the connection in any case."""
        try:
            if raised[0] is None:
                super().__exit__(*raised)
        finally:
            self.file.close()

    def read(self, size: int) -> bytes:
        """Return so many bytes of an answer, unless that would be more than may come."""
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        """Return one line of an answer."""
        self.lines += 1
        if self.lines > MOST_ANSWERS:
            raise AnswerTooLarge("The mail server does not stop talking.")
        line: bytes = super().readline()
        self._count(len(line))
        return line

    def sign_in(self, username: str, password: str) -> None:
        """Say who we are. Raises MailRefused."""
        if CONTROL.search(username) or CONTROL.search(password):
            raise MailRefused("Names and passwords of mailboxes have no line ends.")
        try:
            if "AUTH=PLAIN" in self.capabilities:
                said = f"\0{username}\0{password}".encode()
                self.ask(self.authenticate("PLAIN", lambda _: said))
            else:
                self.ask(self.login(_quoted(username), password))
        except self.abort:
            raise
        except self.error as error:
            raise MailRefused(
                f"The mail server refuses the name or the password: {_words(error)}"
            ) from None

    def ask(self, answer: tuple[str, Any]) -> list[Any]:
        """Return what the server said. Raises MailRefused where that is a refusal."""
        kind, said = answer
        if kind != "OK":
            raise MailRefused(f"The mail server refuses: {_words(said[0] if said else '')}")
        return list(said)

    def _count(self, size: int) -> None:
        self.received += size
        self.budget.check_size(self.received)


def _number(session: _Session, name: str) -> int:
    _, [found] = session.response(name)
    if not isinstance(found, bytes) or not found.isdigit():
        raise AnswerUnreadable(f"The mail server does not say the folder's {name}.")
    return int(found)


def _quoted(text: str) -> str:
    """Return the text as a quoted string."""
    if CONTROL.search(text):
        raise MailRefused("Names of folders and people have no line ends.")
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _encoded(folder: str) -> str:
    """Return the name of a folder as IMAP writes it (RFC 3501, 5.1.3)."""

    def coded(match: re.Match[str]) -> str:
        if match[0] == "&":
            return "&-"
        return f"&{b64encode(match[0].encode('utf-16-be')).decode().rstrip('=').replace('/', ',')}-"

    return re.sub(r"&|[^\x00-\x7f]+", coded, folder)


@contextmanager
def _errors_as_ours(budget: Budget) -> Iterator[None]:
    """Raise EgressErrors for what imaplib and sockets raise; no sentence has a password."""
    try:
        yield
    except EgressError:
        raise
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        budget.seconds(None)  # what broke the connection, if we did
        raise _ours(error) from None


def _ours(error: Exception) -> EgressError:
    match error:
        case imaplib.IMAP4.abort():
            return ConnectionFailed("The mail server broke the connection.")
        case imaplib.IMAP4.error():
            return MailRefused(f"The mail server refuses: {_words(error)}")
        case OSError():
            return our_sockets_error(error)
    return AnswerUnreadable("The mail server does not speak IMAP as it should.")


def _words(said: Any) -> str:
    if isinstance(said, Exception):
        said = said.args[0] if said.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:300]
