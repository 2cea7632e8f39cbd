"""A mailbox: each new mail begins a run.

The state is the number (UID) of the last mail that was seen, and the folder's UIDVALIDITY. A server that
gives its mails new numbers is looked at as for the first time.
"""

from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32, default
from typing import Any
from uuid import UUID

from pydantic import Field

from agents.triggers.errors import LookFailed
from agents.triggers.kinds.base import Item, Look, Polled, PolledConfig, Watch
from credentials import services as credentials
from credentials.models import Credential
from credentials.values import UserPasswordCredentials
from egress import EgressError, mailbox
from egress.settings import configured
from kernel.errors import TrellisError
from kernel.jsontypes import JSONObject

PROVIDER = "imap"
MOST_NEW = 20
"""Mails of one look; the others are found by the next one."""
MOST_OF_A_MAIL = 1024 * 1024  # bytes that are fetched of each
LARGEST = 40 * 1024 * 1024  # bytes that a server may send in one look
SECONDS = 60.0
LONGEST_TEXT = 100_000
LONGEST_HEADER = 1_000
MOST_ATTACHMENTS = 50
SHOWN = ("subject", "from", "to", "cc", "reply-to", "date", "message-id")


class ImapConfig(PolledConfig):
    """Which mailbox."""

    host: str = Field(
        min_length=1, max_length=255, title="Server", description="Such as imap.example.org."
    )
    port: int = Field(993, ge=1, le=65535, title="Port", description="With TLS from the start.")
    credential_id: UUID = Field(
        title="Name and password",
        description="A credential for mailboxes (IMAP), for this server.",
        json_schema_extra={
            "choose": "credential",
            "providers": [PROVIDER],
            "kinds": ["user_password"],
        },
    )
    folder: str = Field("INBOX", min_length=1, max_length=200, title="Folder")
    mark_seen: bool = Field(
        False, title="Mark new mails as read", description="Otherwise they stay as they are."
    )
    every_minutes: int = Field(
        5, ge=1, le=7 * 24 * 60, title="Every", description="Minutes between two looks."
    )


class Imap(Polled[ImapConfig]):
    """Remembers up to which mail it has seen."""

    name = "imap"
    title = "Mailbox"
    description = "Begins a run for each new mail in a mailbox (IMAP)."
    order = 45
    config = ImapConfig

    def subject(self, config: ImapConfig, resource: str) -> str:
        return f"{config.folder} at {config.host}"

    def problems(self, config: ImapConfig, owner_id: Any, agent_id: UUID) -> list[str]:
        found = []
        try:
            mailbox.check(config.host, config.port)
        except EgressError as error:
            found.append(f"`host`: {error.message}")
        mine = Credential.objects.of(owner_id).filter(provider=PROVIDER, pk=config.credential_id)
        if not mine.exists():
            found.append("`credential_id` is no credential of yours for a mailbox (IMAP).")
        return found

    def look(self, watch: Watch) -> Look:
        config = watch.config
        limits = replace(configured().limits, total_seconds=SECONDS, max_bytes=LARGEST)
        try:
            server = _server(config, watch.owner_id)
            with mailbox.opened(server, limits=limits) as box:
                return _look(box, config, watch.state)
        except TrellisError as error:
            raise LookFailed(error.message) from None


def _server(config: ImapConfig, owner_id: Any) -> mailbox.MailboxServer:
    """Return who is asked, with the password, which is told for this server only."""
    chosen = credentials.use(owner_id, config.credential_id)
    if not isinstance(chosen, UserPasswordCredentials) or chosen.provider != PROVIDER:
        raise LookFailed("The credential is not for a mailbox (IMAP). Choose another one.")
    password = chosen.password_for(f"{config.host}:{config.port}")
    return mailbox.MailboxServer(config.host, config.port, chosen.username, password)


def _look(box: mailbox.Mailbox, config: ImapConfig, state: JSONObject) -> Look:
    folder = box.select(config.folder, writable=config.mark_seen)
    if state.get("validity") != folder.validity:
        return Look({"validity": folder.validity, "uid": folder.next_uid - 1})
    seen = int(state.get("uid", 0))
    new = box.after(seen)[:MOST_NEW]
    sizes = box.sizes(new)
    items = [
        Item(f"mail:{folder.validity}:{uid}", {"uid": uid, **told(raw, size)})
        for uid, size in sizes.items()
        if (raw := box.beginning(uid, MOST_OF_A_MAIL))
    ]
    if config.mark_seen:
        box.mark_seen([uid for uid in new if uid in sizes])
    return Look({"validity": folder.validity, "uid": max([seen, *new])}, items)


def told(raw: bytes, size: int) -> JSONObject:
    """Return what a run is told of a mail, however it was written."""
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
        parts = [one for one in message.walk() if not one.is_multipart()]
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError):
        message = BytesParser(policy=compat32).parsebytes(raw, headersonly=True)
        parts = []
    attached = [one for one in parts if _is_attached(one)]
    bodies = [one for one in parts if not _is_attached(one)]
    return {
        **{name.replace("-", "_"): _header(message, name) for name in SHOWN},
        "text": _body(bodies, "text/plain"),
        "html": _body(bodies, "text/html"),
        "attachments": list(_attachments(attached)),
        "size": size,
        "is_whole": size <= MOST_OF_A_MAIL,
    }


def _is_attached(part: Message) -> bool:
    return (
        part.get_content_disposition() == "attachment"
        or bool(_name(part))
        or (part.get_content_maintype() != "text")
    )


def _name(part: Message) -> str:
    try:
        return _plain(part.get_filename() or "")[:255]
    except (ValueError, LookupError, TypeError):
        return ""


def _attachments(parts: list[Message]) -> Iterator[JSONObject]:
    """Yield what is attached, by name and size. The contents stay in the mailbox."""
    for part in parts[:MOST_ATTACHMENTS]:
        content = part.get_payload(decode=True)
        yield {
            "name": _name(part),
            "type": _plain(part.get_content_type())[:100],
            "size": len(content) if isinstance(content, bytes) else 0,
        }


def _body(parts: list[Message], kind: str) -> str:
    """Return the first text of the kind; "" where there is none."""
    found = next((one for one in parts if one.get_content_type() == kind), None)
    content = found.get_payload(decode=True) if found else b""
    if found is None or not isinstance(content, bytes):
        return ""
    try:
        text = content.decode(found.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        text = content.decode("utf-8", "replace")
    return _plain(text.replace("\r\n", "\n"))[:LONGEST_TEXT]


def _header(message: Message, name: str) -> str:
    """Return a header as people read it, in one line."""
    raw = str(message.get(name) or "")[: 4 * LONGEST_HEADER]
    try:
        text = str(default.header_factory("subject", raw))
    except Exception:
        text = raw
    return _plain(" ".join(text.split()))[:LONGEST_HEADER]


def _plain(text: str) -> str:
    """Return the text as JSON and PostgreSQL take it."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


kind = Imap()
