"""A mailbox begins a run for each new mail."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from agents.triggers import polling, services
from agents.triggers.errors import InvalidTrigger
from agents.triggers.kinds import imap
from agents.triggers.models import Arrival, Trigger
from credentials import services as credentials
from credentials.kinds import Kind
from credentials.models import Credential
from egress.policy import exemption
from tests.support.hooks import fresh, inbox_graph
from tests.support.mailboxes import PASSWORD, USER, MailHost, mailbox
from tests.support.runs import version_of

pytestmark = pytest.mark.django_db
NAME = "localhost"  # which the system finds
NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def host(tmp_path: Path, settings: Any) -> Iterator[MailHost]:
    with mailbox(NAME, tmp_path) as found:
        allowed = exemption(f"{NAME}:{found.port}")
        settings.EGRESS = {
            **settings.EGRESS,
            "allowed": (allowed,),
            "ca_file": found.authority,
        }
        yield found


def key(owner: User, host: MailHost, *, password: str = PASSWORD, at: str = "") -> Credential:
    return credentials.create(
        owner,
        provider="imap",
        kind=Kind.USER_PASSWORD,
        title="Post",
        given={"username": USER, "password": password, "host": at or f"{NAME}:{host.port}"},
    )


def watching(owner: User, at: MailHost, credential: Credential, **config: Any) -> Trigger:
    agent = version_of(owner, inbox_graph()).agent_id
    config = {
        "host": NAME,
        "port": at.port,
        "credential_id": str(credential.pk),
        "every_minutes": 5,
        **config,
    }
    return services.create(owner, agent, kind="imap", input_name="what", config=config).trigger


def letter(subject: str = "Tea", text: str = "Two cups, please.") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Jörg <j@example.org>", USER
    message["Subject"], message["Date"] = subject, "Fri, 01 May 2026 09:00:00 +0000"
    message["Message-ID"] = "<1@example.org>"
    message.set_content(text)
    return message


def arrived() -> list[Any]:
    rows = Arrival.objects.order_by("delivery_id")
    return list(rows.values_list("payload", flat=True))


def test_each_new_mail_is_one_arrival(alice: User, host: MailHost) -> None:
    host.deliver(letter("Old"))
    trigger = watching(alice, host, key(alice, host))

    assert polling.look(trigger.pk) == 0, "what is there at first is only remembered"
    assert polling.look(trigger.pk) == 0
    message = letter("Grüße", "Zwei Tassen für Łukasz")
    message.add_alternative("<p>Zwei Tassen</p>", subtype="html")
    message.add_attachment(b"%PDF" + bytes(996), "application", "pdf", filename="Karte.pdf")
    host.deliver(message, letter("Second"))
    assert polling.look(trigger.pk) == 2
    assert polling.look(trigger.pk) == 0

    first, second = arrived()
    assert (first["subject"], second["subject"]) == ("Grüße", "Second")
    assert first["from"] == "Jörg <j@example.org>"
    assert first["to"] == USER
    assert first["date"] == "Fri, 01 May 2026 09:00:00 +0000"
    assert first["message_id"] == "<1@example.org>"
    assert first["text"] == "Zwei Tassen für Łukasz\n"
    assert first["html"] == "<p>Zwei Tassen</p>\n"
    assert first["attachments"] == [{"name": "Karte.pdf", "type": "application/pdf", "size": 1000}]
    assert first["is_whole"] is True
    assert not any(b"\\Seen" in flags for flags in host.flags()), "the flags are left alone"


def test_mails_are_marked_where_that_is_wanted(alice: User, host: MailHost) -> None:
    trigger = watching(alice, host, key(alice, host), mark_seen=True)
    polling.look(trigger.pk)
    host.deliver(letter())

    assert polling.look(trigger.pk) == 1

    assert b"\\Seen" in host.flags()[0]


def test_more_mails_than_one_look_takes_come_with_the_next(
    alice: User, host: MailHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "MOST_NEW", 2)
    trigger = watching(alice, host, key(alice, host))
    polling.look(trigger.pk)
    host.deliver(*(letter(f"Number {number}") for number in range(5)))

    assert [polling.look(trigger.pk) for _ in range(4)] == [2, 2, 1, 0]
    assert sorted(one["subject"] for one in arrived()) == [f"Number {one}" for one in range(5)]


def test_only_the_beginning_of_a_huge_mail_is_read(
    alice: User, host: MailHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "MOST_OF_A_MAIL", 2_000)
    trigger = watching(alice, host, key(alice, host))
    polling.look(trigger.pk)
    host.deliver(letter("Huge", "x\n" * 50_000))

    assert polling.look(trigger.pk) == 1

    [found] = arrived()
    assert (found["subject"], found["is_whole"]) == ("Huge", False)
    assert 0 < len(found["text"]) < 2_000
    assert found["size"] > 100_000


HOSTILE = {
    "no header": b"\n\n",
    "no charset of this name": b"Content-Type: text/plain; charset=klingon\n\nh\xe9llo\n",
    "null": b"Subject: a\x00b\n\na\x00b\n",
    "half a word": b"Subject: =?utf-8?b?w4?=\n\nx\n",
    "bytes": b"Subject: \xff\xfe\n\n\xff\n",
    "surrogates": b"Subject: =?utf-7?q?+2D0-?=\n\nx\n",
    "a name with line ends": (
        b"Content-Type: application/pdf; name*0*=utf-8''a%0d%0ab; name*1*=%00\n\nx\n"
    ),
    "a long subject": b"Subject: " + b"a (" * 20_000 + b"\n\nx\n",
    "a boundary of nobody": b'Content-Type: multipart/mixed; boundary="b"\n\nno part\n',
    "base64 that is none": b"Content-Transfer-Encoding: base64\n\n!!!\n",
    "very many parts": b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_mail_that_is_written_badly_is_told_of(name: str) -> None:
    found = imap.told(HOSTILE[name], 10)

    assert "\x00" not in str(found)
    assert str(found).encode()
    assert len(str(found["subject"])) <= imap.LONGEST_HEADER
    assert len(found["attachments"]) <= imap.MOST_ATTACHMENTS


def test_parts_within_each_other_without_end_are_told_by_their_headers() -> None:
    raw = b"Subject: Deep\n"
    for number in range(3_000):
        raw += b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (number, number)

    assert imap.told(raw, len(raw))["subject"] == "Deep"


def test_a_mailbox_that_was_made_anew_is_remembered_anew(alice: User, host: MailHost) -> None:
    trigger = watching(alice, host, key(alice, host))
    polling.look(trigger.pk)
    Trigger.objects.update(state={"validity": 1, "uid": 1})
    host.deliver(letter())

    assert polling.look(trigger.pk) == 0
    host.deliver(letter("New"))
    assert polling.look(trigger.pk) == 1
    assert arrived()[0]["subject"] == "New"


def test_a_wrong_password_is_told_and_never_said(alice: User, host: MailHost) -> None:
    trigger = watching(alice, host, key(alice, host, password="a wrong one"))

    assert polling.look(trigger.pk) == 0

    kept = fresh(trigger)
    assert "refuses the name or the password" in kept.last_error
    assert "a wrong one" not in kept.last_error
    assert kept.missed == 1


def test_a_password_for_another_server_is_not_told(alice: User, host: MailHost) -> None:
    trigger = watching(alice, host, key(alice, host, at="imap.example.org:993"))

    polling.look(trigger.pk)

    assert "imap.example.org" in fresh(trigger).last_error


def test_a_deleted_credential_is_told(alice: User, host: MailHost) -> None:
    credential = key(alice, host)
    trigger = watching(alice, host, credential)
    Credential.objects.filter(pk=credential.pk).delete()

    polling.look(trigger.pk)

    assert "was deleted" in fresh(trigger).last_error


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"host": "127.0.0.1"}, "`host`"),
        ({"host": "10.0.0.7", "port": 993}, "`host`"),
        ({"port": 22}, "`host`"),
        ({"host": ""}, "config.host"),
        ({"credential_id": NOBODYS}, "`credential_id`"),
        ({"folder": ""}, "config.folder"),
        ({"every_minutes": 0}, "config.every_minutes"),
    ],
    ids=["loopback", "private", "port", "no host", "credential", "no folder", "often"],
)
def test_what_cannot_be_watched_is_refused(
    alice: User, host: MailHost, config: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidTrigger) as caught:
        watching(alice, host, key(alice, host), **config)

    told = [caught.value.message, *(str(one.attr) for one in caught.value.errors)]
    assert any(sentence in one for one in told)
    assert not Trigger.objects.exists()


def test_a_credential_of_somebody_else_is_refused(alice: User, bob: User, host: MailHost) -> None:
    with pytest.raises(InvalidTrigger, match="no credential of yours"):
        watching(alice, host, key(bob, host))

    assert not Trigger.objects.exists()
