"""What kind of thing a value is, and what a page shows of it."""

import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from django.utils.safestring import SafeString

from agents.executions.files import REFERENCE, RunFiles
from agents.executions.models import Execution
from blocks.sdk import BlockError
from blocks.sdk.media import decode_data_uri
from kernel.markdown import LONGEST, looks_like_markdown, to_html
from uploads.references import id_in
from webui.values import Shown, one_line, shown

MOST_ROWS = 100
MOST_COLUMNS = 20
LONGEST_CELL = 200

# Pictures that browsers decode without running anything. SVG is a document, so it is a file.
PICTURES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
}
ENDINGS = {**{ending: kind for kind, ending in PICTURES.items()}, ".jpeg": "image/jpeg"}
ENDING = re.compile(r"\.[a-z0-9]{1,12}", re.ASCII)
DATA_URI = re.compile(r"data:([A-Za-z0-9.+-]{1,60}/[A-Za-z0-9.+-]{1,100})?[;,]", re.ASCII)


class Kind(StrEnum):
    """How a value is shown."""

    TEXT = "text"
    MARKDOWN = "markdown"
    TABLE = "table"
    IMAGE = "image"
    FILE = "file"
    JSON = "json"


@dataclass(frozen=True)
class Table:
    """Rows of cells, and how many rows are left out."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    left_out: int = 0


@dataclass(frozen=True)
class FileNote:
    """What is known of a file without opening it."""

    media_type: str
    size: int | None = None
    ending: str = ""


@dataclass(frozen=True)
class Rendered:
    """A value for a page: its kind, what that kind needs, and its text in any case."""

    kind: Kind
    text: Shown
    html: SafeString | None = None
    table: Table | None = None
    file: FileNote | None = None


def rendered(value: Any, files: RunFiles, *, prose: int = LONGEST) -> Rendered:
    """Return what a page shows of the value, which may name a file of the run.

    ``prose``: of how many characters Markdown may be to be laid out, which costs time.
    """
    text = shown(value)
    if isinstance(value, str):
        if (found := file_note(value, files)) and _is_whole(value):
            return of_file(found, text)
        if len(value) <= prose and looks_like_markdown(value):
            return Rendered(Kind.MARKDOWN, text, html=to_html(value))
        return Rendered(Kind.TEXT, text)
    if table := _table(value):
        return Rendered(Kind.TABLE, text, table=table)
    return Rendered(Kind.JSON, text)


def file_note(value: str, files: RunFiles) -> FileNote | None:
    """Return what is known of the file that the text is or names; None where it is a text."""
    if found := DATA_URI.match(value):
        return FileNote(found[1] or "text/plain")
    if REFERENCE.fullmatch(value) and (size := files.size(value)) is not None:
        ending = value[64:].lower()
        return _of_ending(ending, size)
    if id_in(value) and (size := files.size(value)) is not None:
        ending = PurePosixPath(urlsplit(value).path).suffix.lower()
        return _of_ending(ending if ENDING.fullmatch(ending) else "", size)
    return None


def _of_ending(ending: str, size: int) -> FileNote:
    return FileNote(ENDINGS.get(ending, "application/octet-stream"), size, ending)


def _is_whole(value: str) -> bool:
    """Return whether a file can be made of the text; that of a run is one already."""
    try:
        return not value.startswith("data:") or bool(decode_data_uri(value))
    except BlockError:
        return False


def read_file(value: Any, execution: Execution) -> tuple[bytes, FileNote]:
    """Return the content of the file that a value is or names. Raises BlockError."""
    files = RunFiles(execution.pk, execution.owner_id)
    note = file_note(value, files) if isinstance(value, str) else None
    if note is None:
        raise BlockError("This value is no file.")
    return files.read(value), note


def ending_of(note: FileNote) -> str:
    """Return the ending of a name for the file."""
    if note.ending:
        return note.ending
    return PICTURES.get(note.media_type) or mimetypes.guess_extension(note.media_type) or ".bin"


def of_file(note: FileNote, text: Shown) -> Rendered:
    """Return the file as a picture where browsers can show it safely."""
    kind = Kind.IMAGE if note.media_type in PICTURES else Kind.FILE
    return Rendered(kind, text, file=note)


def _table(value: Any) -> Table | None:
    """Return a list of records, or of equally long rows, as a table."""
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(row, dict) and row for row in value):
        columns = list(dict.fromkeys(key for row in value for key in row))
        if len(columns) > MOST_COLUMNS:
            return None
        rows = [[_cell(row, key) for key in columns] for row in value[:MOST_ROWS]]
        return Table([one_line(key) for key in columns], rows, max(len(value) - MOST_ROWS, 0))
    return None


def _cell(row: dict[str, Any], key: str) -> str:
    return one_line(row[key], LONGEST_CELL) if key in row else ""
