from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from blocks.sdk import BlockError
from blocks.sdk.credentials import ApiKeyCredentials, Credentials, UserPasswordCredentials
from blocks.sdk.testing import FakeContext, GivenCredentials, Outgoing
from tests.support.blocks import emitted

ME = UserPasswordCredentials(
    id=UUID(int=1),
    provider="smtp",
    title="Mine",
    hosts=("mail.example.com:587",),
    tls_only=False,
    username="alice@example.com",
    password=SecretStr("top-secret"),
)


def post(chosen: Credentials | None = ME, **pins: Any) -> Outgoing:
    """Return what goes out."""
    mail = Outgoing()
    given = {} if chosen is None else {"credentials": chosen}
    context = FakeContext(mail=mail, credentials=GivenCredentials(given), node_exec_id=UUID(int=7))
    inputs = {
        "to_email": "bob@example.org",
        "subject": "Grüße",
        "body": "Hello\n.\nWörld",
        "config": {"smtp_server": "mail.example.com", "smtp_port": 587},
        **pins,
    }
    try:
        assert emitted("SendEmailBlock", inputs, context) == [("status", "Email sent successfully")]
    except BlockError:
        assert mail.sent == []
        raise
    return mail


def test_a_mail_says_who_wrote_it_to_whom_and_when() -> None:
    [(host, port, message)] = post().sent

    assert (host, port) == ("mail.example.com", 587)
    assert {name: str(message[name]) for name in ("From", "To", "Subject", "Date")} == {
        "From": "alice@example.com",
        "To": "bob@example.org",
        "Subject": "Grüße",
        "Date": "Fri, 02 Jan 2026 03:04:05 +0000",
    }
    assert message.get_content() == "Hello\n.\nWörld\n"
    assert message["Message-ID"] == "<00000000-0000-0000-0000-000000000007@example.com>"


def test_several_people_get_it() -> None:
    [(_, _, message)] = post(to_email='"Bob B." <bob@example.org>, carol@example.org').sent

    assert [(one.display_name, one.addr_spec) for one in message["To"].addresses] == [
        ("Bob B.", "bob@example.org"),
        ("", "carol@example.org"),
    ]


@pytest.mark.parametrize(
    "pins",
    [
        {"to_email": ""},
        {"to_email": "nobody"},
        {"to_email": "a@b@c"},
        {"to_email": "bob@example.org\r\nBcc: eve@example.net"},
        {"to_email": "Bob\n <bob@example.org>"},
        {"to_email": ", ".join(f"u{n}@example.org" for n in range(51))},
        {"subject": "Hi\r\nBcc: eve@example.net"},
        {"subject": "Hi\nthere"},
        {"body": "x" * 5_000_001},
    ],
)
def test_what_makes_no_mail_is_refused(pins: dict[str, Any]) -> None:
    with pytest.raises(BlockError):
        post(**pins)


def test_a_body_cannot_become_a_header() -> None:
    [(_, _, message)] = post(body="Bcc: eve@example.net\r\n\r\nHi").sent

    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "chosen",
    [
        None,
        ApiKeyCredentials(id=UUID(int=1), provider="smtp", title="Key", hosts=()),
        UserPasswordCredentials(
            id=UUID(int=1),
            provider="smtp",
            title="No address",
            hosts=("mail.example.com:587",),
            tls_only=False,
            username="alice",
        ),
    ],
)
def test_a_credential_that_does_not_fit_is_refused(chosen: Credentials | None) -> None:
    with pytest.raises(BlockError):
        post(chosen)
