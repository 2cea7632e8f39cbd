"""Typed readers of environment variables. A value that cannot be read stops the start, by name."""

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from kernel.errors import TrellisError
from telemetry import redaction

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


class ConfigurationError(TrellisError):
    """An environment variable holds something that cannot be used."""

    code = "configuration_error"


def text(name: str, default: str = "") -> str:
    """Return the variable, or the default where it is unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, *, default: bool) -> bool:
    """Return the variable as a truth value: 1/true/yes/on or 0/false/no/off."""
    raw = text(name).lower()
    if not raw:
        return default
    if raw in TRUE:
        return True
    if raw in FALSE:
        return False
    raise ConfigurationError(f"{name}={raw!r} is not a truth value. Use true or false.")


def choice(name: str, default: str, among: tuple[str, ...]) -> str:
    """Return the variable, which is one of these words."""
    value = text(name, default)
    if value not in among:
        raise ConfigurationError(f"{name}={value!r} is not known. Use {' or '.join(among)}.")
    return value


def integer(name: str, default: int, *, least: int | None = None) -> int:
    """Return the variable as a whole number, at least ``least`` where one is given."""
    raw = text(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise ConfigurationError(f"{name}={raw!r} is not a whole number.") from None
    if least is not None and value < least:
        raise ConfigurationError(f"{name}={raw!r} is too small. Use {least} or more.")
    return value


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Return the variable's comma-separated words without blanks."""
    raw = text(name)
    return [word.strip() for word in raw.split(",") if word.strip()] if raw else list(default)


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return the variable's comma-separated networks, such as 10.0.0.0/8; an address is one too."""
    found = []
    for word in words(name):
        try:
            found.append(ip_network(word))
        except ValueError as error:
            raise ConfigurationError(
                f"{name} has {word!r}, which is no network: {error}."
            ) from None
    return found


def secret_pairs(name: str) -> dict[str, str]:
    """Return the variable's comma-separated ``key=value``; no log line tells the values."""
    found = {}
    for word in secret(name).split(","):
        key, _, value = word.strip().partition("=")
        if key:
            found[key] = value
            redaction.remember(value)
    return found


def secret(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that ``<name>_FILE`` names.

    No log line and no error tells it.
    """
    path = text(f"{name}_FILE")
    try:
        found = Path(path).read_text().strip() if path else text(name, default)
    except OSError as error:
        raise ConfigurationError(f"{name}_FILE={path!r} cannot be read: {error}.") from None
    # Of a URL only the password: the rest says where a server is, which logs should tell.
    redaction.remember(redaction.password_in(found) or "" if "://" in found else found)
    return found
