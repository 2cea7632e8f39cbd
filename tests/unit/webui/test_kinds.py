"""What kind of thing a value is."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from agents.executions.files import RunFiles
from webui.kinds import MOST_COLUMNS, MOST_ROWS, FileNote, Kind, ending_of, file_note, rendered

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> RunFiles:
    settings.PATHS = SimpleNamespace(files=tmp_path)
    return RunFiles(UUID(int=7))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Good morning", Kind.TEXT),
        ("", Kind.TEXT),
        ("# Report\n\n**All** is well.", Kind.MARKDOWN),
        ([{"a": 1}, {"b": 2}], Kind.TABLE),
        ([{}], Kind.JSON),
        ([], Kind.JSON),
        ([[1, 2], [3, 4]], Kind.JSON),
        ({"a": 1}, Kind.JSON),
        (42.0, Kind.JSON),
        (None, Kind.JSON),
        (True, Kind.JSON),
        ("data:image/png;base64,iVBORw0KGgo=", Kind.IMAGE),
        ("data:image/svg+xml,<svg onload='alert(1)'/>", Kind.FILE),
        ("data:text/html,<script>alert(1)</script>", Kind.FILE),
        ("data:,Hello", Kind.FILE),
        ("data: what I found", Kind.TEXT),
        ("data:image/png;base64,%%%", Kind.TEXT),
        ("a" * 64 + ".png", Kind.TEXT),  # there is no such file
    ],
)
def test_a_value_is_shown_as_what_it_is(value: Any, kind: Kind, files: RunFiles) -> None:
    assert rendered(value, files).kind is kind


def test_a_table_has_the_columns_of_all_its_rows(files: RunFiles) -> None:
    table = rendered([{"a": 1, "b": "x"}, {"b": None, "c": [2]}], files).table

    assert table
    assert table.columns == ["a", "b", "c"]
    assert table.rows == [["1", "x", ""], ["", "null", "[2]"]]


def test_a_long_table_is_cut_and_says_so(files: RunFiles) -> None:
    table = rendered([{"a": number} for number in range(MOST_ROWS + 3)], files).table

    assert table
    assert (len(table.rows), table.left_out) == (MOST_ROWS, 3)


def test_what_is_too_wide_for_a_table_is_json(files: RunFiles) -> None:
    row = {str(number): number for number in range(MOST_COLUMNS + 1)}

    assert rendered([row], files).kind is Kind.JSON


def test_a_file_of_the_run_is_known_by_its_reference(files: RunFiles) -> None:
    picture = files.write(PNG, name="a.PNG")
    page = files.write(b"<script>", name="a.html")

    assert rendered(picture, files).kind is Kind.IMAGE
    assert file_note(picture, files) == FileNote("image/png", 8, ".png")
    assert rendered(page, files).kind is Kind.FILE
    assert file_note(page, files) == FileNote("application/octet-stream", 8, ".html")


def test_no_reference_leads_out_of_the_run(files: RunFiles, tmp_path: Path) -> None:
    files.write(PNG, name="a.png")
    (tmp_path / ("b" * 64)).write_text("another's")

    for text in ("../" + "b" * 64, "b" * 64, "b" * 64 + "/../x", "/etc/passwd"):
        assert file_note(text, files) is None


def test_a_name_ends_as_the_file_s_type_says() -> None:
    assert ending_of(FileNote("image/jpeg")) == ".jpg"
    assert ending_of(FileNote("text/csv")) == ".csv"
    assert ending_of(FileNote("x/unknown")) == ".bin"
    assert ending_of(FileNote("application/octet-stream", 1, ".docx")) == ".docx"
