"""What a block says to other hosts, and what it hears."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from blocks.sdk.errors import BlockError, TransientBlockError

Headers = Mapping[str, str]
HeadersFor = Callable[[str], Headers]
"""Returns the secret headers that may go to an address; it is asked anew at each redirect."""


class RequestFailed(BlockError):
    """There is no answer. ``code`` says why: docs/errors.md, "Requests that leave"."""

    code = "egress_error"

    def __init__(self, message: str, *, code: str = code) -> None:
        super().__init__(message)
        self.code = code


class RequestFailedForNow(TransientBlockError):
    """There is no answer now, and asking again does no harm."""

    code = "egress_error"

    def __init__(self, message: str, *, code: str = code, retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.code = code


@dataclass(frozen=True)
class FormFile:
    """A file in a form: the field's name, the file's, its content and its type."""

    field: str
    name: str
    content: bytes
    media_type: str = "application/octet-stream"


@dataclass(frozen=True)
class HttpResponse:
    """An answer, whole. ``headers`` has lower-case names; ``url`` is where it came from at last."""

    status: int = 200
    content: bytes = b""
    headers: Headers = field(default_factory=dict)
    url: str = ""

    @property
    def media_type(self) -> str:
        """Return what kind of content it is, such as ``text/html``; "" where nobody says."""
        return self._content_type().get_content_type() if "content-type" in self.headers else ""

    @property
    def text(self) -> str:
        """Return the content as text: in the encoding that the headers name, or UTF-8."""
        named = self._content_type().get_content_charset("utf-8")
        try:
            return self.content.decode(named, errors="replace")
        except LookupError:
            return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Return the value that the content is. Raises RequestFailed where it is not JSON."""
        try:
            return json.loads(self.content, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise RequestFailed(
                f"The answer says that it is JSON, but cannot be read: {error}.",
                code="answer_unreadable",
            ) from None

    @property
    def retry_after(self) -> float | None:
        """Return for how many seconds the host wants to be left alone, if it says so."""
        text = self.headers.get("retry-after", "").strip()
        if text.isdecimal():
            return float(text)
        try:
            moment, date = parsedate_to_datetime(text), self.headers.get("date", "")
            return max((moment - parsedate_to_datetime(date)).total_seconds(), 0.0)
        except (ValueError, TypeError):
            return None

    def _content_type(self) -> Message:
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        return message


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


class Http(Protocol):
    """Other hosts: those of the public internet, and those that the instance allows.

    Private networks are refused, at each redirect anew. A request ends with the run and with the
    block's time.
    """

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Headers | None = None,
        secrets: HeadersFor | None = None,
        params: Headers | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        files: Sequence[FormFile] = (),
        follow_redirects: bool = True,
        max_bytes: int | None = None,
    ) -> HttpResponse:
        """Return the answer, whatever its status.

        ``headers`` stay with the address's origin; ``secrets`` says what goes with each hop.
        Raises RequestFailed, or RequestFailedForNow where asking again may help and does no harm.
        """


def answered(response: HttpResponse) -> HttpResponse:
    """Return the answer of a host that could give what it was asked for.

    Raises RequestFailedForNow where it may be able to later, and RequestFailed otherwise.
    """
    if 200 <= response.status < 300:
        return response
    sentence = f"The host answered with status {response.status}."
    if response.status in {408, 425, 429} or response.status >= 500:
        raise RequestFailedForNow(sentence, code="host_refused", retry_after=response.retry_after)
    raise RequestFailed(sentence, code="host_refused")
