"""What a file is, is found in it, not believed."""

import pytest

from uploads.content import HEAD_BYTES, media_type


@pytest.mark.parametrize(
    ("head", "name", "found"),
    [
        (b"\x89PNG\r\n\x1a\n....", "a.txt", "image/png"),
        (b"\xff\xd8\xff\xe0", "a", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a", "audio/wav"),
        (b"%PDF-1.7", "a.html", "application/pdf"),
        (b"PK\x03\x04....", "a.zip", "application/zip"),
        (
            b"PK\x03\x04....",
            "a.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (b"a,b\n1,2\n", "a.csv", "text/csv"),
        (b"a,b\n1,2\n", "a.CSV", "text/csv"),
        (b'{"a": 1}', "a.json", "application/json"),
        (b"Hello", "a", "text/plain"),
        (b"", "a.csv", "text/csv"),
        (b"not a picture", "a.png", "text/plain"),
        (b"\x00\x01\x02", "a.csv", "application/octet-stream"),
        (b"\xff\xfe\xfd", "a.txt", "application/octet-stream"),
    ],
)
def test_the_type_is_that_of_the_content(head: bytes, name: str, found: str) -> None:
    assert media_type(head, name) == found


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<html><script>alert(1)</script>", "a.html"),
        (b"<svg onload='alert(1)'/>", "a.svg"),
        (b"<?xml version='1.0'?>", "a.xhtml"),
        (b"alert(1)", "a.js"),
    ],
)
def test_what_could_run_in_a_page_is_plain_text(head: bytes, name: str) -> None:
    assert media_type(head, name) == "text/plain"


def test_a_sign_that_is_cut_at_the_end_of_the_head_is_text() -> None:
    head = ("x" * (HEAD_BYTES - 1)).encode() + "é".encode()[:1]

    assert media_type(head, "a.txt") == "text/plain"


def test_a_sign_that_is_cut_at_the_end_of_the_file_is_not() -> None:
    assert media_type("é".encode()[:1], "a.txt") == "application/octet-stream"
