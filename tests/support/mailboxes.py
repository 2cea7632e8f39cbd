"""Mailboxes of a test: a real IMAP server with TLS, and servers that misbehave."""

import asyncio
import imaplib
import socket
import ssl
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

from tests.support.certificates import tls_for

USER = "mia@example.org"
PASSWORD = 'open "sesame"'
ARGUMENTS = {
    **dict.fromkeys(("cert", "key", "inherited_sockets", "passlib_cfg", "proxy_protocol")),
    "host": ["127.0.0.1"],
    "port": "0",
    "tls": False,
    "debug": False,
    "demo_data": False,
    "demo_user": USER,
    "demo_password": PASSWORD,
}


@dataclass(frozen=True)
class MailHost:
    """A server of mailboxes: where it is, and the file of who signed its certificate."""

    name: str
    port: int
    authority: str

    @contextmanager
    def owner(self) -> Iterator[imaplib.IMAP4]:
        """Lend the mailbox to its owner, who uses another program than we do."""
        context = ssl.create_default_context(cafile=self.authority)
        context.check_hostname = False
        with imaplib.IMAP4_SSL("127.0.0.1", self.port, ssl_context=context) as session:
            session.login(USER, PASSWORD)
            yield session

    def deliver(self, *mails: bytes | EmailMessage, folder: str = "INBOX") -> None:
        """Put mails into a folder, which is made where it is not there."""
        with self.owner() as session:
            session.create(folder)
            for mail in mails:
                raw = mail if isinstance(mail, bytes) else mail.as_bytes()
                kind, said = session.append(folder, "", "", raw.replace(b"\n", b"\r\n"))
                assert kind == "OK", said

    def flags(self, folder: str = "INBOX") -> list[bytes]:
        """Return the flags of each mail, as the server tells them."""
        with self.owner() as session:
            session.select(folder, readonly=True)
            _, said = session.fetch("1:*", "(FLAGS)")
            return [line for line in said if isinstance(line, bytes)]


@contextmanager
def mailbox(name: str, folder: Path) -> Iterator[MailHost]:
    """Run a server of mailboxes for one person, known by the name."""
    context, authority, _ = tls_for(name, folder)
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()

    async def live() -> None:
        backend, config = await DictBackend.init(
            Namespace(**ARGUMENTS), reject_dnsbl=False, invalid_user_sleep=0.0
        )
        config.apply_context()
        reader = ProxyProtocolReader(config.proxy_protocol)
        answer = reader.get_callback(IMAPServer(backend.login, config))
        over = asyncio.Event()
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        started.set_result((asyncio.get_running_loop(), over, port))
        async with server:
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(live()), daemon=True)
    thread.start()
    loop, over, port = started.result(timeout=60)
    try:
        yield MailHost(name, port, authority)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(30)


@contextmanager
def scripted(name: str, folder: Path, talk: Callable[[ssl.SSLSocket], None]) -> Iterator[MailHost]:
    """Run a server that does with each connection whatever the script says."""
    context, authority, _ = tls_for(name, folder)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=[plain], daemon=True).start()

        def answer(plain: socket.socket) -> None:
            try:
                with context.wrap_socket(plain, server_side=True) as link:
                    talk(link)
            except OSError:
                return  # the other side has gone

        threading.Thread(target=serve, daemon=True).start()
        yield MailHost(name, listening.getsockname()[1], authority)


def answering(answers: dict[str, bytes]) -> Callable[[ssl.SSLSocket], None]:
    """Return a script: a greeting, and to each command what it says, with ``TAG`` for its tag."""

    def talk(link: ssl.SSLSocket) -> None:
        link.sendall(b"* OK [CAPABILITY IMAP4rev1] here\r\n")
        with link.makefile("rb") as lines:
            for line in lines:
                tag, _, rest = line.partition(b" ")
                name = rest.split()[0].decode().upper() if rest.split() else ""
                said = answers.get(name, b"TAG OK done\r\n")
                link.sendall(said.replace(b"TAG", tag))

    return talk


CAPABILITY = b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"
SELECTED = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\nTAG OK done\r\n"
