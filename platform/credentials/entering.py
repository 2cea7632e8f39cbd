"""What people enter: checked as a whole, and taken apart into what may be seen and what is sealed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.timezone import now

from credentials import hosts
from credentials.errors import InvalidCredentials
from credentials.kinds import Kind
from credentials.provider import Provider
from kernel.errors import Detail
from kernel.jsontypes import JSONObject

LONGEST_SECRET = 8192
LONGEST_USERNAME = 255
LONGEST_URL = 500
MOST_HEADERS = 20
ONE_WORD = re.compile(r"[!-~]+")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
HEADER_VALUE = re.compile(r"[ -~]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What says how a request travels is for whoever sends it.
NOT_OURS = {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"}

SECRETS = {
    Kind.API_KEY: "api_key",
    Kind.USER_PASSWORD: "password",
    Kind.HOST_SCOPED: "headers",
}


@dataclass
class Entered:
    """A credential as it was entered, all of it valid."""

    secret: JSONObject | None
    """What is sealed; None: as it was."""
    public: dict[str, Any] = field(default_factory=dict)


def entered(
    provider: Provider, kind: Kind, given: Mapping[str, Any], *, change: bool = False
) -> Entered:
    """Return what was entered for a credential of this kind.

    ``change``: what is not given stays as it is, so nothing is missing. But a secret never goes to
    another host than the one it was entered for: where the host changes, it must be given, too.
    Raises InvalidCredentials with all problems by field.
    """
    reader = _Reader(provider, kind, given, change=change)
    found = reader.read()
    if reader.problems:
        raise InvalidCredentials(errors=reader.problems)
    return found


class _Reader:
    def __init__(
        self, provider: Provider, kind: Kind, given: Mapping[str, Any], *, change: bool
    ) -> None:
        self.provider, self.kind, self.change = provider, kind, change
        self.given = {name: value for name, value in given.items() if value is not None}
        self.problems: list[Detail] = []

    def read(self) -> Entered:
        if self.kind not in self.provider.kinds or self.kind is Kind.OAUTH2:
            kinds = ", ".join(f"`{one}`" for one in self.provider.kinds if one != Kind.OAUTH2)
            how = f"Use {kinds}." if kinds else "Connect an account instead."
            self._wrong("type", f"{self.provider.title} takes no `{self.kind}` here. {how}")
            return Entered(None)
        found = Entered(self._secret())
        found.public |= dict(self._place())
        if self.kind is Kind.USER_PASSWORD and not self._left_out("username"):
            found.public["username"] = self._text("username", LONGEST_USERNAME)
        if "expires_at" in self.given:
            found.public["expires_at"] = self._moment()
        if self.change and found.public.keys() & {"host", "base_url"} and found.secret is None:
            name = SECRETS[self.kind]
            self._wrong(name, "Enter the secret again: it goes to another host from now on.")
        return found

    def _secret(self) -> JSONObject | None:
        name = SECRETS[self.kind]
        if self._left_out(name):
            return None
        match self.kind:
            case Kind.API_KEY:
                return {"key": self._key(name)}
            case Kind.USER_PASSWORD:
                return {"password": self._text(name, LONGEST_SECRET)}
        return {"headers": self._headers(name)}

    def _place(self) -> Iterator[tuple[str, str]]:
        """Yield where the secret goes, for services that people run themselves."""
        if not self.provider.is_self_hosted:
            return
        if self.provider.base_url and self.kind is not Kind.HOST_SCOPED:
            if not self._left_out("base_url"):
                url = self._url("base_url")
                yield "base_url", url
                yield "host", hosts.host_of(url)
        elif not self._left_out("host"):
            yield "host", self._host("host")

    def _left_out(self, name: str) -> bool:
        return self.change and name not in self.given

    def _key(self, name: str) -> str:
        key = self.given.get(name, "")
        if key == "" and self.provider.keyless:
            return ""
        if not isinstance(key, str) or not (key := key.strip()):
            self._wrong(name, "This is required.")
        elif len(key) > LONGEST_SECRET or not ONE_WORD.fullmatch(key):
            self._wrong(name, "A key is one word of visible ASCII characters.")
        else:
            return key
        return ""

    def _text(self, name: str, longest: int) -> str:
        text = self.given.get(name)
        if not isinstance(text, str) or not text:
            self._wrong(name, "This is required.")
        elif len(text) > longest or CONTROL.search(text):
            self._wrong(name, f"Use at most {longest} characters, and no control characters.")
        else:
            return text
        return ""

    def _headers(self, name: str) -> dict[str, str]:
        given = self.given.get(name)
        if not isinstance(given, Mapping) or not given:
            self._wrong(name, 'Give at least one header, such as {"Authorization": "Bearer …"}.')
            return {}
        if len(given) > MOST_HEADERS:
            self._wrong(name, f"There may be {MOST_HEADERS} headers.")
            return {}
        for header, value in given.items():
            if not isinstance(header, str) or not HEADER_NAME.fullmatch(header):
                self._wrong(name, "A header's name has letters, digits and hyphens.")
            elif header.lower() in NOT_OURS:
                self._wrong(name, f"The header {header!r} is set by who sends the request.")
            elif (
                not isinstance(value, str)
                or len(value) > LONGEST_SECRET
                or not HEADER_VALUE.fullmatch(value)
            ):
                self._wrong(name, f"The value of {header!r} must be one line of ASCII characters.")
        return {str(header): value for header, value in given.items()}

    def _host(self, name: str) -> str:
        try:
            return hosts.clean(str(self.given.get(name, "")))
        except hosts.NotAHost:
            self._wrong(
                name,
                "Name the host, such as `api.example.org`, `mail.example.org:587` or "
                "`*.example.org`.",
            )
            return ""

    def _url(self, name: str) -> str:
        url = str(self.given.get(name, "")).strip().rstrip("/")
        try:
            parts = urlsplit(url)
            plain = parts.scheme in {"http", "https"} and not (parts.query or parts.fragment)
        except ValueError:
            plain = False
        if len(url) > LONGEST_URL or not plain or not hosts.host_of(url) or "*" in url:
            self._wrong(name, f"Give its address, such as `{self.provider.base_url}`.")
            return ""
        return url

    def _moment(self) -> datetime | None:
        moment = self.given["expires_at"]
        if not isinstance(moment, datetime) or moment <= now():
            self._wrong("expires_at", "This moment has passed.")
            return None
        return moment

    def _wrong(self, name: str, sentence: str) -> None:
        self.problems.append(Detail("invalid", sentence, attr=name))
