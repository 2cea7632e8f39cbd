"""Write everything that belongs to a person into one ZIP, a few rows at a time."""

import json
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.timezone import now

from accounts import holdings
from accounts.holdings import Holding, Opener
from accounts.models import User

CHUNK = 20  # rows in memory at a time: a value may have 16 MB
PIECE = 1024 * 1024
ABOUT = """What Trellis holds of {username}, as of {moment} (UTC).

Each file has a list of objects in JSON (RFC 8259); ids lead from one to another. Below files/ is
what is no JSON, in a folder for each row that it belongs to. Left out, because they are secrets or say nothing of
you beyond what is here:

{left_out}
"""


def write(user: User, path: Path) -> int:
    """Write the archive, and return its size. The file appears when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        unfinished.chmod(0o600)
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            _fill(archive, user)
    unfinished.replace(path)
    return path.stat().st_size


def _fill(archive: ZipFile, user: User) -> None:
    held = holdings.everything()
    left_out = "\n".join(f"* {one.name}: {one.why_not}" for one in held if one.why_not)
    moment = now().isoformat(timespec="seconds")
    about = ABOUT.format(username=user.username, moment=moment, left_out=left_out)
    archive.writestr("README.txt", about.encode("utf-8", "replace"))
    for holding in held:
        if holding.shape is not None:
            with archive.open(f"{holding.name}.json", "w", force_zip64=True) as entry:
                for piece in _written(holding, user):
                    entry.write(piece)
        if holding.files is not None:
            _add_files(archive, holding, user)


def _written(holding: Holding, user: User) -> Iterator[bytes]:
    """Yield the text of a JSON list with the person's rows, row by row."""
    assert holding.shape is not None
    before = b"[\n"
    for row in holding.handed_out(user.pk).iterator(CHUNK):
        yield before + _text(holding.shape(row))
        before = b",\n"
    yield b"\n]\n" if before == b",\n" else b"[]\n"


def _text(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair must be escaped
        return json.dumps(value).encode()


def _add_files(archive: ZipFile, holding: Holding, user: User) -> None:
    assert holding.files is not None
    for row in holding.handed_out(user.pk).iterator(CHUNK):
        for name, opener in holding.files(row):
            _add_file(archive, opener, f"files/{holding.name}/{row.pk}/{name}")


def _add_file(archive: ZipFile, opener: Opener, place: str) -> None:
    """Copy the file piece by piece. One that is gone meanwhile, with its row, is left out."""
    try:
        source = opener()
    except FileNotFoundError:
        return
    with source, archive.open(place, "w", force_zip64=True) as entry:
        while piece := source.read(PIECE):
            entry.write(piece)
