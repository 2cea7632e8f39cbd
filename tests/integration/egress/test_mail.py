"""Mail goes to servers that speak SMTP with TLS, and to nothing of ours."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from egress import EgressError, Limits, MailServer, Policy
from egress.mail import send
from tests.support.certificates import tls_for
from tests.support.webhosts import Names

NAME = "mail.example"
HURRY = Limits(connect_seconds=5, read_seconds=20, total_seconds=0.5)


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@a.example", "b@b.example", "Hi"
    message.set_content("Hello\n.\nWörld")
    return message


@dataclass
class Inbox:
    """A mail server: what arrived, who signed in, and what it says to recipients."""

    letters: list[Envelope] = field(default_factory=list)
    signed_in: list[tuple[bytes, bytes]] = field(default_factory=list)
    port: int = 0
    authority: str = ""

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        self.letters.append(envelope)
        return "250 Taken"

    def who(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.signed_in.append((data.login, data.password))
        return AuthResult(success=data.password == b"secret", handled=False)

    def policy(self) -> Policy:
        return Policy().allowing(f"{NAME}:{self.port}")


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    """A mail server with TLS, for the name."""
    context, authority, _ = tls_for(NAME, tmp_path)
    found = Inbox(authority=authority)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found.port = free.getsockname()[1]
    controller = Controller(
        found,
        hostname="127.0.0.1",
        port=found.port,
        tls_context=context,
        authenticator=found.who,
        auth_required=True,
    )
    controller.start()
    try:
        yield found
    finally:
        controller.stop()


def post(inbox: Inbox, message: EmailMessage, **more: Any) -> None:
    given = {"password": "secret", "policy": inbox.policy(), **more}
    send(
        message,
        MailServer(NAME, inbox.port, "a@a.example", given.pop("password")),
        resolver=Names({NAME: ["127.0.0.1"]}),
        ca_file=given.pop("ca_file", inbox.authority),
        **given,
    )


def test_a_letter_arrives_in_private(inbox: Inbox) -> None:
    post(inbox, letter())

    [found] = inbox.letters
    assert (found.mail_from, found.rcpt_tos) == ("a@a.example", ["b@b.example"])
    assert isinstance(found.content, bytes)
    assert b"Subject: Hi" in found.content
    assert inbox.signed_in == [(b"a@a.example", b"secret")]


@pytest.mark.parametrize(
    ("more", "sentence", "code"),
    [
        ({"password": "wrong"}, "refuses the name or the password: 535", "mail_refused"),
        ({"ca_file": ""}, "certificate", "connection_failed"),
        ({"policy": Policy()}, "may not be asked", "url_refused"),
        ({"stop": lambda: True}, "stopped", "request_stopped"),
    ],
)
def test_what_cannot_be_sent_is_not(
    inbox: Inbox, more: dict[str, Any], sentence: str, code: str
) -> None:
    with pytest.raises(EgressError, match=sentence) as caught:
        post(inbox, letter(), **more)

    assert caught.value.code == code
    assert "secret" not in str(caught.value)
    assert inbox.letters == []


def test_a_recipient_that_is_refused_is_named_by_the_server(inbox: Inbox) -> None:
    message = letter()
    message.replace_header("To", "nobody@b.example")

    with pytest.raises(EgressError, match="refuses the recipient: 550 No such mailbox") as caught:
        post(inbox, message)

    assert caught.value.code == "mail_refused"
    assert inbox.letters == []


@pytest.mark.parametrize(
    ("host", "port"),
    [("127.0.0.1", 25), ("localhost", 587), ("10.0.0.1", 465), ("[::1]", 25), ("0x7f.1", 25)],
)
def test_a_server_inside_is_not_asked(host: str, port: int) -> None:
    with pytest.raises(EgressError) as caught:
        send(letter(), MailServer(host, port), policy=Policy())

    assert caught.value.code in {"address_refused", "url_refused"}


@pytest.mark.parametrize("port", [22, 80, 443, 6379, 11211])
def test_only_ports_of_mail_are_asked(port: int) -> None:
    with pytest.raises(EgressError, match=f"Port {port} may not be asked"):
        send(letter(), MailServer("a.example", port), policy=Policy())


Talk = Callable[[socketserver.StreamRequestHandler, threading.Event, list[bytes]], None]


@contextmanager
def talking(talk: Talk, said: list[bytes]) -> Iterator[int]:
    """Run a server that says something, and notes what is said to it."""
    over = threading.Event()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                talk(self, over, said)
            except OSError:
                return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield int(server.server_address[1])
        finally:
            over.set()
            server.shutdown()


def without_tls(
    handler: socketserver.StreamRequestHandler, over: threading.Event, said: list[bytes]
) -> None:
    handler.wfile.write(b"220 here\r\n")
    for line in handler.rfile:
        said.append(line)
        if line.upper().startswith(b"EHLO"):
            handler.wfile.write(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n")
        else:
            handler.wfile.write(b"250 ok\r\n")


def silent(
    handler: socketserver.StreamRequestHandler, over: threading.Event, said: list[bytes]
) -> None:
    over.wait(60)


def dripping(
    handler: socketserver.StreamRequestHandler, over: threading.Event, said: list[bytes]
) -> None:
    while not over.wait(0.05):
        handler.wfile.write(b"2")


def endless(
    handler: socketserver.StreamRequestHandler, over: threading.Event, said: list[bytes]
) -> None:
    while not over.is_set():
        handler.wfile.write(b"220-on and on\r\n")


def gone(
    handler: socketserver.StreamRequestHandler, over: threading.Event, said: list[bytes]
) -> None:
    handler.wfile.write(b"220 here\r\n")


def web(
    handler: socketserver.StreamRequestHandler, over: threading.Event, said: list[bytes]
) -> None:
    handler.wfile.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def full(
    handler: socketserver.StreamRequestHandler, over: threading.Event, said: list[bytes]
) -> None:
    handler.wfile.write(b"554 Go away\r\n")


@pytest.mark.parametrize(
    ("talk", "codes"),
    [
        (without_tls, {"mail_refused"}),
        (silent, {"request_timed_out"}),
        (dripping, {"request_timed_out"}),
        (endless, {"connection_failed", "request_timed_out"}),
        (gone, {"connection_failed"}),
        (web, {"mail_refused", "connection_failed", "answer_unreadable"}),
        (full, {"mail_refused"}),
    ],
)
def test_a_server_that_is_no_good_is_left_and_learns_no_password(
    talk: Talk, codes: set[str]
) -> None:
    said: list[bytes] = []

    with talking(talk, said) as port, pytest.raises(EgressError) as caught:
        send(
            letter(),
            MailServer("127.0.0.1", port, "a@a.example", "secret"),
            policy=Policy().allowing(f"127.0.0.1:{port}"),
            limits=HURRY,
        )

    assert caught.value.code in codes
    assert not any(b"AUTH" in line.upper() or b"MAIL" in line.upper() for line in said)


def test_tls_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, authority, seen = tls_for(NAME, tmp_path)
    heard: list[bytes] = []

    def private(
        handler: socketserver.StreamRequestHandler, over: threading.Event, said: list[bytes]
    ) -> None:
        with context.wrap_socket(handler.connection, server_side=True) as link:
            link.sendall(b"220 here\r\n")
            while data := link.recv(4096):
                said.append(data)
                answer = b"354 go\r\n" if data.upper().startswith(b"DATA") else b"250 ok\r\n"
                link.sendall(b"221 bye\r\n" if data.upper().startswith(b"QUIT") else answer)

    with talking(private, heard) as port:
        monkeypatch.setattr("egress.mail.TLS_FROM_THE_START", port)
        send(
            letter(),
            MailServer(NAME, port),
            policy=Policy().allowing(f"{NAME}:{port}"),
            resolver=Names({NAME: ["127.0.0.1"]}),
            ca_file=authority,
        )

    assert seen == [NAME]
    assert any(b"MAIL FROM:<A@A.EXAMPLE>" in data.upper() for data in heard)
