"""Reading what a person names on the command line: agent files and input values."""

import json
from pathlib import Path
from typing import Any

from kernel.errors import TrellisError
from launcher.errors import UsageError


class UnreadableFile(TrellisError):
    """The file cannot be read."""

    code = "unreadable_file"


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableFile(f"`{path}` cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UnreadableFile(f"`{path}` is not text in UTF-8.") from None


def read_agent(path: Path) -> dict[str, Any]:
    """Return the JSON object in the file."""
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableFile(f"`{path}` is not JSON: {error.msg} in {place}.") from None
    except RecursionError:
        raise UnreadableFile(f"`{path}` is nested too deeply.") from None
    if not isinstance(content, dict):
        raise UnreadableFile(f"`{path}` holds no agent: its JSON is not an object.")
    return content


def inputs(words: list[str]) -> dict[str, Any]:
    """Return the values by name; the last of a name wins."""
    return dict(input_of(word) for word in words)


def input_of(word: str) -> tuple[str, Any]:
    """Return name and value of ``NAME=TEXT``, ``NAME:=JSON`` or ``NAME=@FILE``."""
    name, separator, value = word.partition("=")
    if not separator or not name.removesuffix(":"):
        raise UsageError(f"The input {word!r} is not of the form NAME=VALUE.")
    if name.endswith(":"):
        return name[:-1], parsed(name[:-1], value)
    if value.startswith("@"):
        return name, read_text(Path(value[1:]))
    return name, value


def parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(
            f"The input {name!r} is not JSON: {text!r}. For text, write {name}={text}"
        ) from None
