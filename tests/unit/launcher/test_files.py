from pathlib import Path
from typing import Any

import pytest

from launcher.cli import files
from launcher.cli.files import UnreadableFile
from launcher.errors import UsageError


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("name=8", "8"),
        ("name=", ""),
        ("name=a=b", "a=b"),
        ("name= spaces stay ", " spaces stay "),
        ("name:=8", 8),
        ('name:=["a", null]', ["a", None]),
        ("name:=true", True),
    ],
)
def test_an_input_is_text_unless_it_says_json(word: str, value: Any) -> None:
    assert files.input_of(word) == ("name", value)


def test_an_input_can_be_the_text_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")

    assert files.input_of(f"rows=@{tmp_path / 'rows.csv'}") == ("rows", "a,b\n1,2\n")


def test_names_may_hold_spaces() -> None:
    assert files.inputs(["First name=Ada", "Age:=36"]) == {"First name": "Ada", "Age": 36}


@pytest.mark.parametrize("word", ["", "name", "=value", ":=8"])
def test_an_input_without_name_or_value_is_misuse(word: str) -> None:
    with pytest.raises(UsageError, match="NAME=VALUE"):
        files.input_of(word)


def test_an_input_that_says_json_and_is_not_tells_how_to_write_text() -> None:
    with pytest.raises(UsageError, match="write name=abc"):
        files.input_of("name:=abc")


def test_an_agent_is_a_json_object(tmp_path: Path) -> None:
    path = tmp_path / "agent.json"
    path.write_text('\ufeff{"name": "Größe"}', encoding="utf-8")

    assert files.read_agent(path) == {"name": "Größe"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "is not JSON"),
        (b'{"a": 1}\n{', "line 2, column 1"),
        (b"[]", "not an object"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_agent_is_named_with_the_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "agent.json"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=reason) as refusal:
        files.read_agent(path)
    assert str(path) in str(refusal.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        files.read_agent(tmp_path / "none.json")
