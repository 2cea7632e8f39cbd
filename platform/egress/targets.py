"""What may be asked for: an address of the web, written the way everybody writes it.

Parsers disagree about odd spellings, and each disagreement was somebody's hole. What has two
readings is refused, not mended. The request is made from the very URL that was read here.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from egress.addresses import Address
from egress.errors import UrlRefused

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST_URL = 16_384
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
AMBIGUOUS = re.compile(r"[\x00-\x20\x7f\\]")  # blanks, line ends and backslashes
ZERO_WIDTH_AND_SUCH = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")


@dataclass(frozen=True)
class Target:
    """Where a request goes: `host` is in lower case and ASCII, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Return the target as people write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = DEFAULT_PORTS[self.scheme] == self.port
        return f"{self.scheme}://{host}" + ("" if usual else f":{self.port}")


def parse_url(text: object) -> httpx.URL:
    """Return the URL of an address that somebody wrote. Raises UrlRefused."""
    if not isinstance(text, str):
        raise UrlRefused(f"An address is a text, not a {type(text).__name__}.")
    if len(text) > LONGEST_URL:
        raise UrlRefused(f"The address has {len(text):,} characters; {LONGEST_URL:,} is the most.")
    text = text.strip(" \t\r\n")
    authority = re.split(r"[/?#]", text.split("://", 1)[-1], maxsplit=1)[0]
    if AMBIGUOUS.search(authority) or ZERO_WIDTH_AND_SUCH.search(authority):
        raise UrlRefused("The address has a blank or a backslash in its host. Remove it.")
    try:
        return httpx.URL(text)
    except httpx.InvalidURL as error:
        raise UrlRefused(f"This is no address of the web: {error}.") from None


def target_of(url: httpx.URL) -> Target:
    """Return where the URL leads. Raises UrlRefused where it may not be asked for."""
    if url.scheme not in DEFAULT_PORTS:
        raise UrlRefused(
            f"An address begins with http:// or https://, not with {url.scheme or 'nothing'!r}."
        )
    if url.userinfo:
        raise UrlRefused(
            "The address holds a user or a password before its host. Send them as the header"
            " Authorization, or use a credential."
        )
    host = url.raw_host.decode("ascii").lower()
    check_host(host)
    port = DEFAULT_PORTS[url.scheme] if url.port is None else url.port
    return Target(url.scheme, host, port)


def check_host(host: str) -> None:
    """Raise UrlRefused where the host is neither a plain address nor a plain name."""
    if not host:
        raise UrlRefused("The address has no host.")
    if literal(host) is not None:
        return
    if ":" in host or "%" in host or "[" in host:
        raise UrlRefused(f"The host {host!r} is neither a name nor an address.")
    if host.endswith("."):
        raise UrlRefused(f"The host {host!r} ends with a dot. Leave it out.")
    labels = host.split(".")
    if NUMBER.fullmatch(labels[-1]):
        raise UrlRefused(
            f"The host {host!r} is a number and not an address that everybody reads alike."
            " Write four decimal numbers, such as 192.0.2.1."
        )
    if len(host) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise UrlRefused(f"The host {host!r} is no name that a host can have.")


def literal(host: str) -> Address | None:
    """Return the address that the host is, written the one usual way; None for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise UrlRefused(f"The host {host!r} names a network card. Leave out what follows the %.")
    if isinstance(address, IPv4Address) and str(address) != host:
        return None
    return address
