"""A call as it came, and what is kept of it for its owner to look at."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from agents.triggers.errors import CallNotReadable, CallTypeRefused
from agents.triggers.models import LONGEST_ID
from kernel.jsontypes import JSONObject, NotJSON, dumps, loads
from telemetry.redaction import MARK

SAMPLE = 8_192  # characters of a body
LONGEST_VALUE = 300  # characters of a header
MOST_HEADERS = 60
MOST_FIELDS = 1_000
# Whose values the owner may read; of all others only the names.
SHOWN = frozenset(
    {
        *("accept", "content-length", "content-type", "host", "user-agent"),
        *("idempotency-key", "webhook-id", "webhook-timestamp", "x-webhook-timestamp"),
        *("x-github-delivery", "x-github-event", "x-github-hook-id"),
        "x-request-id",
    }
)


@dataclass(frozen=True)
class Call:
    """A request to the address of a trigger: whole, and not yet believed."""

    digest: str
    """Of the token in its address."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By names in small letters; of a name that came twice, both values."""
    body: bytes = b""
    address: str | None = None
    time: float = 0.0
    """Seconds since 1970 at which it came."""
    is_test: bool = False
    """Whether it only wants to be shown."""

    def header(self, name: str) -> str:
        """Return the header's value, "" where there is none."""
        return self.headers.get(name.lower(), "")

    @cached_property
    def body_digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def json_object(self) -> JSONObject:
        """Return the body, a JSON object or the fields of a form; nothing sent is an empty one.

        What it says is data: nothing in it names a file here. Raises CallTypeRefused or
        CallNotReadable.
        """
        kind, charset = _content_type(self.header("content-type"))
        if not kind and not self.body:
            return {}
        if charset not in {"", "utf-8", "utf8", "us-ascii"}:
            raise CallTypeRefused(f"Bodies are UTF-8 here, not {charset[:40]!r}.")
        if kind == "application/json" or (
            kind.startswith("application/") and kind.endswith("+json")
        ):
            return _object(self.body)
        if kind == "application/x-www-form-urlencoded":
            return _form(self.body)
        raise CallTypeRefused(
            f"Bodies of the type {kind[:60] or 'that is not named'!r} are not taken here. Send JSON "
            "with the header Content-Type: application/json."
        )

    def delivery_id(self, *names: str) -> str | None:
        """Return the sender's own name for the call: of the first of these headers that it has.

        Raises CallNotReadable where that is not plain.
        """
        found = next((value for name in names if (value := self.header(name))), None)
        if found is not None and not (
            len(found) <= LONGEST_ID and all("!" <= sign <= "~" for sign in found)
        ):
            raise CallNotReadable(
                f"The call's id has 1 to {LONGEST_ID} visible ASCII characters. Send a shorter one."
            )
        return found

    def shown_headers(self) -> dict[str, str]:
        """Return the headers as their owner may see them."""
        return {
            _plain(name)[:LONGEST_VALUE]: _plain(value)[:LONGEST_VALUE] if name in SHOWN else MARK
            for name, value in list(self.headers.items())[:MOST_HEADERS]
        }

    def shown_body(self) -> str:
        """Return the beginning of the body as text."""
        return _plain(self.body[: 4 * SAMPLE].decode("utf-8", "replace"))[:SAMPLE]


def headers_of(pairs: Any) -> dict[str, str]:
    """Return ASGI's headers by name. Two of one name become one with both values: no secret fits."""
    found: dict[str, str] = {}
    for name, value in pairs:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _content_type(header: str) -> tuple[str, str]:
    message = Message()
    message["content-type"] = header or "nothing"
    kind = message.get_content_type() if header else ""
    charset = message.get_param("charset", "")
    return kind.lower(), str(charset).lower()


def _object(body: bytes) -> JSONObject:
    try:
        found = loads(body)
    except NotJSON as error:
        raise CallNotReadable(f"{error}") from None
    if b"\\u" in body:
        try:
            dumps(found, ascii_only=False).encode()
        except UnicodeEncodeError:
            raise CallNotReadable(
                "The body has half of a sign: text that is not Unicode."
            ) from None
    if not isinstance(found, dict):
        raise CallNotReadable('The body must be a JSON object, such as {"order": 7}.')
    return found


def _form(body: bytes) -> JSONObject:
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise CallNotReadable("The form cannot be read as UTF-8 text.") from None
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise CallNotReadable(f"The form has the field {name[:60]!r} twice. Send JSON.")
        found[name] = value
    return found


def _plain(text: str) -> str:
    """Return the text as PostgreSQL takes it."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
