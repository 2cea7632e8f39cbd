"""Other hosts and mail servers, for the blocks of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

from django.db import connection

from blocks.sdk.http import (
    FormFile,
    Headers,
    HeadersFor,
    HttpResponse,
    RequestFailed,
    RequestFailedForNow,
)
from blocks.sdk.screens import PictureFormat
from egress import Client, EgressError, HostNotFound, MailServer, mail
from egress.browser import Wanted, picture_of
from egress.limits import Stop, never
from egress.settings import configured

REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class RunHttp:
    """The instance's guarded client. Satisfies ``Http``.

    Each request has a client of its own, so that no cookie and no connection of one person serves
    another.
    """

    def __init__(self, *, stop: Stop = never) -> None:
        self.stop = stop

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
        limits = configured().limits
        if max_bytes is not None:
            limits = replace(limits, max_bytes=min(max_bytes, limits.max_bytes))
        give_connection_back()
        try:
            with Client(
                limits=limits, stop=self.stop, secrets=secrets, follow_redirects=follow_redirects
            ) as client:
                answer = client.request(
                    method,
                    url,
                    headers=dict(headers or {}),
                    params=dict(params) if params else None,
                    json=json,
                    data=dict(form) if form is not None else None,
                    content=content,
                    files=[(one.field, (one.name, one.content, one.media_type)) for one in files]
                    or None,
                )
        except EgressError as error:
            raise failure(error, method) from None
        except (TypeError, ValueError, UnicodeError) as error:
            raise RequestFailed(
                f"The request cannot be made: {error}.", code="url_refused"
            ) from None
        return HttpResponse(
            answer.status_code,
            answer.content,
            {name.lower(): value for name, value in answer.headers.items()},
            str(answer.url),
        )


class RunMail:
    """The instance's guarded way to mail servers. Satisfies ``Mail``."""

    def __init__(self, *, stop: Stop = never) -> None:
        self.stop = stop

    def send(
        self,
        message: EmailMessage,
        *,
        host: str,
        port: int,
        username: str = "",
        password: str = "",
    ) -> None:
        give_connection_back()
        try:
            mail.send(message, MailServer(host, port, username, password), stop=self.stop)
        except EgressError as error:
            raise RequestFailed(error.message, code=error.code) from None


class RunScreens:
    """The instance's guarded browser. Satisfies ``Screens``."""

    def __init__(self, *, stop: Stop = never) -> None:
        self.stop = stop

    def take(
        self,
        url: str,
        *,
        width: int,
        height: int,
        full_page: bool = False,
        format: PictureFormat = "png",
    ) -> bytes:
        give_connection_back()
        try:
            return picture_of(Wanted(url, width, height, full_page, format), stop=self.stop)
        except EgressError as error:
            raise failure(error, "GET") from None


def failure(error: EgressError, method: str) -> RequestFailed | RequestFailedForNow:
    """Return what the block raises: for now, where asking again may help and does nothing twice."""
    unheard = isinstance(error, HostNotFound)
    if error.may_pass and (unheard or method.upper() in REPEATABLE):
        return RequestFailedForNow(error.message, code=error.code)
    return RequestFailed(error.message, code=error.code)


def give_connection_back() -> None:
    """Let other threads have the database connection while this one waits for a host."""
    if not connection.in_atomic_block:
        connection.close()
