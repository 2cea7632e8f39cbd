"""Where a secret may go: hosts, as people write them, and the addresses that they cover.

`api.example.org` covers that host at the usual ports, `api.example.org:8443` at this one only,
and `*.example.org` the hosts below it, not itself. Nothing covers addresses with a user name in
them, or ones that readers of URLs take apart differently.
"""

import re
from urllib.parse import urlsplit

LONGEST = 255
USUAL_PORTS = {"https": 443, "http": 80, "wss": 443, "ws": 80}
ODD = re.compile(r"[\x00-\x20\x7f\\]")
NAME = re.compile(r"(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?(?::\d{1,5})?")
LONGEST_NAME = 253  # characters; RFC 1035 without the dot at the end
IPV6 = re.compile(r"\[[0-9a-f:.]{2,45}\](?::\d{1,5})?")


class NotAHost(ValueError):
    """This is no host, such as `api.example.org` or `localhost:8080`."""


def clean(text: str) -> str:
    """Return the host as it is kept, of `host`, `host:port` or a URL. Raises NotAHost."""
    text = text.strip()
    if "://" in text:
        parts = _split(text)
        if parts is None:
            raise NotAHost(text)
        host, port, scheme = parts
        text = host if port == USUAL_PORTS.get(scheme) else f"{host}:{port}"
    found = text.lower().rstrip(".").rstrip("/")
    too_long = len(found) > LONGEST or len(found.partition(":")[0]) > LONGEST_NAME
    if too_long or not (NAME.fullmatch(found) or IPV6.fullmatch(found)):
        raise NotAHost(text)
    if found.startswith("*.") and "." not in found[2:]:
        raise NotAHost(text)  # a whole top level
    _, _, port_text = found.rpartition(":") if _has_port(found) else ("", "", "")
    if port_text and not 0 < int(port_text) < 65536:
        raise NotAHost(text)
    return found


def covers(pattern: str, address: str) -> bool:
    """Return whether a host, as `clean` returns it, covers an address: a URL or `host:port`."""
    parts = _split(address if "://" in address else f"tcp://{address}")
    if parts is None:
        return False
    host, port, scheme = parts
    wanted, wanted_port = pattern, None
    if _has_port(pattern):
        wanted, _, text = pattern.rpartition(":")
        wanted_port = int(text)
    if wanted_port is not None:
        if port != wanted_port:
            return False
    elif scheme in USUAL_PORTS and port not in set(USUAL_PORTS.values()):
        return False
    if wanted.startswith("*."):
        return host.endswith(wanted[1:]) and len(host) > len(wanted) - 1
    return host == wanted


def scheme_of(address: str) -> str:
    """Return the scheme of a URL in small letters; "" for `host:port`."""
    return address.partition("://")[0].lower() if "://" in address else ""


def host_of(address: str) -> str:
    """Return the host, with a port where it is not the usual one, of a URL; "" where it has none."""
    try:
        return clean(address) if "://" in address else ""
    except NotAHost:
        return ""


def _has_port(text: str) -> bool:
    return re.search(r"(?:^|[^:\]]|\]):\d{1,5}$", text) is not None and (
        text.startswith("[") or text.count(":") == 1
    )


def _split(url: str) -> tuple[str, int | None, str] | None:
    """Return host, port and scheme of a URL; None where it is not a plain one."""
    if ODD.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or "@" in parts.netloc:
        return None
    if ":" in host:
        host = f"[{host}]"
    scheme = parts.scheme.lower()
    return host.lower().rstrip("."), port or USUAL_PORTS.get(scheme), scheme
