"""The MCP servers that this instance starts itself."""

import json
import re

from config import env

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def mcp_commands() -> dict[str, list[str]]:
    """Return the command of each MCP server that is a program: its words, by the server's name."""
    text = env.secret("TRELLIS_MCP_COMMANDS")
    if not text:
        return {}
    try:
        return {_name(name): _words(words) for name, words in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError):
        raise env.ConfigurationError(
            "TRELLIS_MCP_COMMANDS cannot be read. Use JSON such as "
            '{"time": ["mcp-server-time", "--local-timezone", "UTC"]}: a name of small letters, '
            "digits, `-` and `_`, and the words of a command."
        ) from None


def _name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(name)
    return name


def _words(words: object) -> list[str]:
    if not isinstance(words, list) or not words or not words[0]:
        raise TypeError
    if not all(isinstance(word, str) and "\0" not in word for word in words):
        raise TypeError
    return words
