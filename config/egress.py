"""What the environment says about requests that leave: the proxy, the limits, what is allowed."""

from pathlib import Path

from config import env
from egress.limits import MIB, Limits
from egress.policy import Exemption, exemption
from egress.proxies import Proxy, parse_proxy
from egress.settings import EgressSettings
from telemetry import redaction

USUAL_PORTS = ("80", "443", "8080", "8443")


def egress_settings() -> EgressSettings:
    """Return the member EGRESS of Django's settings."""
    return {
        "ports": tuple(_port(word) for word in env.words("EGRESS_PORTS", USUAL_PORTS)),
        "allowed": tuple(_exemption(word) for word in env.words("EGRESS_ALLOW")),
        "refused": tuple(env.networks("EGRESS_REFUSE")),
        "proxy": _proxy(),
        "ca_file": _ca_file(),
        "limits": Limits(
            connect_seconds=env.integer("EGRESS_CONNECT_SECONDS", 10, least=1),
            read_seconds=env.integer("EGRESS_READ_SECONDS", 30, least=1),
            total_seconds=env.integer("EGRESS_TOTAL_SECONDS", 120, least=1),
            max_bytes=env.integer("EGRESS_MAX_MB", 20, least=1) * MIB,
            max_redirects=env.integer("EGRESS_MAX_REDIRECTS", 10, least=0),
        ),
        "user_agent": env.text("EGRESS_USER_AGENT", "Trellis"),
    }


def _port(word: str) -> int:
    if not word.isdecimal() or not 0 < int(word) < 65536:
        raise env.ConfigurationError(f"EGRESS_PORTS has {word!r}, which is no port.")
    return int(word)


def _exemption(word: str) -> Exemption:
    try:
        return exemption(word)
    except ValueError as error:
        raise env.ConfigurationError(f"EGRESS_ALLOW: {error}") from None


def _proxy() -> Proxy | None:
    text = env.secret("EGRESS_PROXY")
    if not text:
        return None
    try:
        proxy = parse_proxy(text, resolves=env.flag("EGRESS_PROXY_RESOLVES", default=False))
    except ValueError as error:
        raise env.ConfigurationError(f"EGRESS_PROXY cannot be used. {error}") from None
    redaction.remember(proxy.authorization)
    return proxy


def _ca_file() -> str:
    path = env.text("EGRESS_CA_FILE")
    if path and not Path(path).is_file():
        raise env.ConfigurationError(f"EGRESS_CA_FILE={path!r} is no file.")
    return path
