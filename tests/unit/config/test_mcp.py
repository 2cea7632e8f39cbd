"""The setting of programs that are MCP servers."""

import pytest

from config.env import ConfigurationError
from config.mcp import mcp_commands


def test_unset_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRELLIS_MCP_COMMANDS", raising=False)

    assert mcp_commands() == {}


def test_commands_are_words_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRELLIS_MCP_COMMANDS", '{"my-files_2": ["server", "--in", "a b", ""]}')

    assert mcp_commands() == {"my-files_2": ["server", "--in", "a b", ""]}


@pytest.mark.parametrize(
    "text",
    [
        "server",
        "[]",
        '["server"]',
        '{"a": "server --all"}',
        '{"a": []}',
        '{"a": [""]}',
        '{"a": ["server", 1]}',
        '{"a": ["server\\u0000"]}',
        '{"a": {"command": "server"}}',
        '{"A": ["server"]}',
        '{"a b": ["server"]}',
        '{"": ["server"]}',
    ],
)
def test_anything_else_stops_the_start(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRELLIS_MCP_COMMANDS", text)

    with pytest.raises(ConfigurationError, match="TRELLIS_MCP_COMMANDS"):
        mcp_commands()
