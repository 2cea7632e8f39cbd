"""Blocks that keep and read the files of a run."""

import hashlib
import mimetypes
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import WithJsonSchema

from blocks.sdk import Category, InputPins, OutputPins, RunContext, answered, block, pin
from blocks.sdk.media import DataFile, decode_data_uri, encode_data_uri

# An editor asks for it with a field for files.
FileText = Annotated[str, WithJsonSchema({"type": "string", "format": "file"})]
UNKNOWN_TYPE = "application/octet-stream"


class FileStoreInputs(InputPins):
    file_in: FileText = pin(
        description="The file: an address of the web, a data: URI, one that you sent in, or a file of this run"
    )
    base_64: bool = pin(
        False, description="Emit the content as a data: URI instead of a reference", advanced=True
    )


class FileStoreOutputs(OutputPins):
    file_out: str = pin("", description="The file's reference, which stays as long as the run")


@block(
    id="cbb50872-625b-42f0-8203-a2ae78242d8a",
    name="FileStoreBlock",
    categories=[Category.BASIC, Category.MULTIMEDIA],
    static_output=True,
    effect="idempotent",
    examples=[
        (
            FileStoreInputs(file_in="data:text/plain;base64,SGVsbG8="),
            FileStoreOutputs(file_out="185f8db32271fe25.txt"),
        ),
        (
            FileStoreInputs(file_in="data:text/plain,Hello", base_64=True),
            FileStoreOutputs(file_out="data:text/plain;base64,SGVsbG8="),
        ),
    ],
)
def store_file(inputs: FileStoreInputs, context: RunContext) -> Iterator[FileStoreOutputs]:
    """Fetch a file and keep it for the length of the run, so that other blocks can read it."""
    file = fetch(inputs.file_in, context)
    if inputs.base_64:
        kept = encode_data_uri(file.content, file.media_type)
    else:
        kept = context.files.write(file.content, name=_name(file, inputs.file_in))
    yield FileStoreOutputs(file_out=kept)


class KeepFileInputs(InputPins):
    file: FileText = pin(
        description="The file: an address of the web, a data: URI, one that you sent in, or a file of this run"
    )
    name: str = pin(
        "",
        description="What to call it, such as report.pdf; without one, what it is called there",
    )


class KeepFileOutputs(OutputPins):
    file: str = pin("", description="The file's reference, which other runs can use too")
    size: int = pin(0, description="How many bytes it has")


@block(
    id="d41c8d6e-9f0b-4b51-8a3e-5d6a1b7c2f90",
    name="KeepFileBlock",
    title="Keep File",
    categories=[Category.BASIC, Category.MULTIMEDIA],
    effect="idempotent",
    examples=[
        (
            KeepFileInputs(file="data:text/plain,Hello", name="hello.txt"),
            KeepFileOutputs(
                file="workspace://00000000-0000-0000-0000-000000000001/hello.txt", size=5
            ),
        )
    ],
)
def keep_file(inputs: KeepFileInputs, context: RunContext) -> Iterator[KeepFileOutputs]:
    """Keep a file among those of whoever runs the agent: it stays when the run is gone.

    The same content under the same name is kept once, however often the block runs. The file is on the
    page Files, counts in what one may store, and goes when it is deleted there.
    """
    file = fetch(inputs.file, context)
    name = inputs.name.strip() or _known_name(inputs.file) or f"file{file.extension}"
    yield KeepFileOutputs(file=context.files.keep(file.content, name=name), size=len(file.content))


class FileReadInputs(InputPins):
    file_input: FileText = pin(
        description="The file: an address of the web, a data: URI, one that you sent in, or a file of this run"
    )
    delimiter: str = pin(
        "", description="What separates rows, such as a line break; empty: one row", advanced=True
    )
    size_limit: int = pin(
        0, description="Emit pieces of at most this many characters; 0 is no limit", advanced=True
    )
    row_limit: int = pin(0, description="Read at most this many rows; 0 is all", advanced=True)
    skip_size: int = pin(0, description="Characters to skip at the beginning", advanced=True)
    skip_rows: int = pin(0, description="Rows to skip after that", advanced=True)


class FileReadOutputs(OutputPins):
    content: str = pin("", description="The text, or one piece of it after another")
    chunk: str = pin("", description="One row after another, each in pieces if it is too long")


@block(
    id="3735a31f-7e18-4aca-9e90-08a7120674bc",
    name="FileReadBlock",
    categories=[Category.TEXT, Category.DATA],
    examples=[
        (
            FileReadInputs(file_input="data:text/plain,Hello"),
            FileReadOutputs(content="Hello"),
            FileReadOutputs(chunk="Hello"),
        ),
        (
            FileReadInputs(
                file_input="data:text/plain,head|one|two|three",
                delimiter="|",
                skip_rows=1,
                row_limit=2,
            ),
            FileReadOutputs(content="one|two"),
            FileReadOutputs(chunk="one"),
            FileReadOutputs(chunk="two"),
        ),
    ],
)
def read_file(inputs: FileReadInputs, context: RunContext) -> Iterator[FileReadOutputs]:
    """Read a text file, whole or in rows and pieces.

    The text is taken as UTF-8 or, where it is not, as Latin-1. Characters are skipped first; the
    rest is split into rows, of which some may be skipped and some left over.
    """
    text = decode_text(fetch(inputs.file_input, context).content)[max(inputs.skip_size, 0) :]
    rows = text.split(inputs.delimiter) if inputs.delimiter else [text]
    rows = rows[max(inputs.skip_rows, 0) :]
    if inputs.row_limit > 0:
        rows = rows[: inputs.row_limit]
    content = inputs.delimiter.join(rows)
    for piece in _pieces(content, inputs.size_limit) or [""]:
        yield FileReadOutputs(content=piece)
    for row in rows:
        for piece in _pieces(row, inputs.size_limit):
            yield FileReadOutputs(chunk=piece)


def fetch(reference: str, context: RunContext) -> DataFile:
    """Return the file that the reference names, with its media type as far as that is known."""
    if reference.startswith("data:"):
        return decode_data_uri(reference)
    if is_address(reference):
        answer = answered(context.http.request("GET", reference))
        return DataFile(answer.content, answer.media_type or _guessed(answer.url or reference))
    content = context.files.read(reference)
    return DataFile(content, _guessed(reference))


def is_address(reference: str) -> bool:
    """Return whether a file is to be fetched from another host."""
    return reference.strip().lower().startswith(("http://", "https://"))


def _guessed(reference: str) -> str:
    """Return the type that the file's name says."""
    guessed, _ = mimetypes.guess_type(urlsplit(reference).path)
    return guessed or UNKNOWN_TYPE


def decode_text(content: bytes) -> str:
    """Return the bytes as text: UTF-8 without its byte order mark, else Latin-1."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _name(file: DataFile, reference: str) -> str:
    """Return a name made of the content, so that keeping a file twice makes one file."""
    known = "" if reference.startswith("data:") else PurePosixPath(urlsplit(reference).path).suffix
    return hashlib.sha256(file.content).hexdigest()[:16] + (known or file.extension)


def _known_name(reference: str) -> str:
    """Return what an address or a file that was sent in calls it; "" where there is no such name."""
    if reference.startswith("data:") or "://" not in reference:
        return ""
    return unquote(PurePosixPath(urlsplit(reference).path).name)


def _pieces(text: str, size: int) -> list[str]:
    """Return the text cut into pieces of the size, or whole if there is none; [] if empty."""
    if size <= 0:
        return [text] if text else []
    return [text[start : start + size] for start in range(0, len(text), size)]
