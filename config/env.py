"""Typed readers of environment variables. A value that cannot be read stops the start, by name."""

import os
from pathlib import Path

from kernel.errors import TrellisError

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


def secret(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that ``<name>_FILE`` names."""
    path = text(f"{name}_FILE")
    if not path:
        return text(name, default)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ConfigurationError(f"{name}_FILE={path!r} cannot be read: {error}.") from None
