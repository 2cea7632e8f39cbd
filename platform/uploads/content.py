"""What kind of file something is, by what is in it. What the sender says is not believed.

A type is only used to tell people what they have, and as the header of a download that no
browser opens (`uploads.api.views`). Documents that could run something count as plain text.
"""

import re
from pathlib import PurePosixPath

HEAD_BYTES = 4096
UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"

# How files begin that say what they are.
SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), media_type)
    for pattern, media_type in (
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF....WEBP", "image/webp"),
        (rb"....ftypavi[fs]", "image/avif"),
        (rb"....ftyp", "video/mp4"),
        (rb"\x1aE\xdf\xa3", "video/webm"),
        (rb"RIFF....WAVE", "audio/wav"),
        (rb"ID3|\xff[\xfb\xf3\xf2]", "audio/mpeg"),
        (rb"OggS", "audio/ogg"),
        (rb"fLaC", "audio/flac"),
        (rb"%PDF-", "application/pdf"),
        (rb"PK\x03\x04|PK\x05\x06", "application/zip"),
        (rb"\x1f\x8b", "application/gzip"),
    )
)
OFFICE = "application/vnd.openxmlformats-officedocument"
# Archives whose ending says what they are for.
IN_ZIP = {
    ".docx": f"{OFFICE}.wordprocessingml.document",
    ".xlsx": f"{OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{OFFICE}.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".epub": "application/epub+zip",
}
# Texts whose ending says what they are for, and that nothing runs.
TEXTS = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".md": "text/markdown",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".ics": "text/calendar",
}


def media_type(head: bytes, name: str) -> str:
    """Return the type of a file that begins like this."""
    ending = PurePosixPath(name).suffix.lower()
    for pattern, found in SIGNATURES:
        if pattern.match(head):
            return IN_ZIP.get(ending, found) if found == "application/zip" else found
    return TEXTS.get(ending, PLAIN) if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    """Return whether the bytes begin a text in UTF-8, whose last sign may be cut."""
    if b"\x00" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == HEAD_BYTES and error.start > HEAD_BYTES - 4
    return True
