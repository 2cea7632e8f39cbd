"""Mailboxes are asked on servers that speak IMAP with TLS, and on nothing of ours."""

import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from egress import EgressError, Limits, Policy
from egress.mailbox import Mailbox, MailboxServer, opened
from tests.support.mailboxes import (
    CAPABILITY,
    PASSWORD,
    SELECTED,
    USER,
    MailHost,
    answering,
    mailbox,
    scripted,
)
from tests.support.webhosts import Names

NAME = "imap.example"
HURRY = Limits(connect_seconds=5, read_seconds=20, total_seconds=0.5)
SMALL = Limits(connect_seconds=5, read_seconds=20, total_seconds=30, max_bytes=100_000)
MAIL = b"Subject: Hi\nFrom: a@a.example\n\nHello\n"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[MailHost]:
    with mailbox(NAME, tmp_path) as found:
        yield found


def ask(host: MailHost, question: Callable[[Mailbox], Any], **more: Any) -> Any:
    """Return the answer to a question to the mailbox."""
    server = MailboxServer(
        NAME, host.port, more.pop("username", USER), more.pop("password", PASSWORD)
    )
    options: dict[str, Any] = {
        "policy": Policy().allowing(f"{NAME}:{host.port}"),
        "resolver": Names({NAME: ["127.0.0.1"]}),
        "ca_file": host.authority,
        **more,
    }
    with opened(server, **options) as box:
        return question(box)


def refused(host: MailHost, question: Callable[[Mailbox], Any], **more: Any) -> EgressError:
    with pytest.raises(EgressError) as caught:
        ask(host, question, **more)
    assert "sesame" not in str(caught.value)
    return caught.value


def inbox(box: Mailbox) -> Any:
    return box.select("INBOX")


def test_new_mails_are_found_by_their_numbers(host: MailHost) -> None:
    host.deliver(MAIL)
    first = ask(host, inbox)
    host.deliver(MAIL, MAIL.replace(b"Hello", b"World"))

    def question(box: Mailbox) -> Any:
        box.select("INBOX")
        new = box.after(first.next_uid - 1)
        return new, box.sizes(new), box.beginning(new[1], 10_000), box.after(new[1])

    new, sizes, raw, later = ask(host, question)

    assert new == [first.next_uid, first.next_uid + 1]
    whole = MAIL.replace(b"\n", b"\r\n")
    assert sizes == dict.fromkeys(new, len(whole))
    assert raw == whole.replace(b"Hello", b"World")
    assert later == []


def test_only_the_beginning_of_a_large_mail_is_fetched_and_its_flags_stay(host: MailHost) -> None:
    host.deliver(MAIL + b"x" * 5_000)

    def question(box: Mailbox) -> Any:
        folder = box.select("INBOX")
        return box.beginning(folder.next_uid - 1, 11), box.beginning(999_999, 11)

    assert ask(host, question) == (b"Subject: Hi", b"")
    assert b"\\Seen" not in host.flags()[0]


def test_mails_are_marked_where_that_is_wanted(host: MailHost) -> None:
    host.deliver(MAIL)

    def question(box: Mailbox) -> None:
        folder = box.select("INBOX", writable=True)
        box.mark_seen([folder.next_uid - 1])

    ask(host, question)

    assert b"\\Seen" in host.flags()[0]


def test_folders_may_have_names_of_any_language(host: MailHost) -> None:
    host.deliver(MAIL, folder='"Entw&APw-rfe &- Co"')

    assert ask(host, lambda box: box.select("Entwürfe & Co")).next_uid > 1


@pytest.mark.parametrize(
    ("more", "sentence", "code"),
    [
        ({"password": "wrong"}, "refuses the name or the password", "mail_refused"),
        ({"ca_file": ""}, "certificate", "connection_failed"),
        ({"policy": Policy()}, "may not be asked", "url_refused"),
        ({"stop": lambda: True}, "stopped", "request_stopped"),
        ({"username": "mia\r\nA1 DELETE INBOX"}, "line ends", "mail_refused"),
        ({"password": "x\r\nA1 DELETE INBOX"}, "line ends", "mail_refused"),
    ],
)
def test_what_may_not_be_asked_is_not(
    host: MailHost, more: dict[str, Any], sentence: str, code: str
) -> None:
    error = refused(host, inbox, **more)

    assert sentence in error.message
    assert error.code == code


def test_a_name_that_leads_inside_is_not_asked(host: MailHost) -> None:
    server = MailboxServer(NAME, 993, USER, PASSWORD)

    with (
        pytest.raises(EgressError) as caught,
        opened(server, policy=Policy(), resolver=Names({NAME: ["127.0.0.1"]})),
    ):
        pass

    assert caught.value.code == "address_refused"


def test_a_folder_that_is_not_there_is_named_by_the_server(host: MailHost) -> None:
    error = refused(host, lambda box: box.select("Nowhere"))

    assert (error.code, "refuses" in error.message) == ("mail_refused", True)


def test_a_folder_with_a_line_end_says_nothing_to_the_server(host: MailHost) -> None:
    error = refused(host, lambda box: box.select("INBOX\r\nA1 DELETE INBOX"))

    assert "line ends" in error.message


def drip(link: ssl.SSLSocket) -> None:
    """Say a byte now and then, and never a whole line."""
    while True:
        link.sendall(b"*")
        time.sleep(0.05)


def silent(link: ssl.SSLSocket) -> None:
    link.recv(1)


@pytest.mark.parametrize("talk", [drip, silent])
def test_a_slow_server_holds_nobody(tmp_path: Path, talk: Callable[[ssl.SSLSocket], None]) -> None:
    with scripted(NAME, tmp_path, talk) as host:
        assert refused(host, inbox, limits=HURRY).code == "request_timed_out"


LOGGED_IN = {"CAPABILITY": CAPABILITY}


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"SELECT": b"* 1 FETCH (BODY[] {9999999999}\r\n"}, "answer_too_large"),
        ({"SELECT": b"* OK " + b"x" * 200_000 + b"\r\nTAG OK done\r\n"}, "answer_too_large"),
        ({"SELECT": b"* 1 EXISTS\r\n" * 30_000}, "answer_too_large"),
        ({"SELECT": b"TAG OK done\r\n"}, "answer_unreadable"),
        ({"SELECT": SELECTED.replace(b"UIDNEXT 4", b"UIDNEXT x")}, "answer_unreadable"),
        ({"SELECT": b"TAG NO [ALERT] not today\r\n"}, "mail_refused"),
        ({"SELECT": b"TAG BAD what?\r\n"}, "mail_refused"),
        ({"SELECT": b"* BYE good night\r\n"}, "connection_failed"),
        ({"SELECT": b"\x00\xff\r\n"}, "connection_failed"),
    ],
    ids=[
        *("length", "line", "lines", "no validity", "no next", "no", "bad", "bye", "noise"),
    ],
)
def test_a_server_that_misbehaves_is_told_of(
    tmp_path: Path, answers: dict[str, bytes], code: str
) -> None:
    told = {name.replace("SELECT", "EXAMINE"): said for name, said in answers.items()}
    with scripted(NAME, tmp_path, answering({**LOGGED_IN, **told})) as host:
        assert refused(host, inbox, limits=SMALL).code == code
